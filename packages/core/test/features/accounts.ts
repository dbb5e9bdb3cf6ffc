import { OAuthError } from '@oauth/core'
import type { AuthorizationParameter, Core, Feature } from '@oauth/core/feature'

/** The accounts that a client wants to see, as the request names them. */
export type Accounts = readonly string[]

/**
 * An authorization parameter that a user sees on the consent page and may narrow there, that the grant keeps, and that the
 * tokens tell: in small, what `authorization_details` is.
 */
export function accounts(): Feature<'accounts', { remember(consentId: string, names: Accounts): Promise<void> }> {
  return {
    name: 'accounts',
    start: (core) => ({
      authorizationParameters: [accountsParameter(core) as AuthorizationParameter],
      tokenMembers: [{ name: 'accounts', valueOf: ({ grant }) => grant?.extra?.accounts, inTokenAnswer: true }],
      api: {
        async remember(consentId, names) {
          const { clock, storage } = core
          const now = clock.now()
          const record = { kind, id: consentId, value: { names }, version: 1, createdAt: now, expiresAt: now + 3600 }
          await storage.records.insert(record)
        },
      },
    }),
  }
}

const kind = 'accounts'

function accountsParameter(core: Core): AuthorizationParameter<Accounts> {
  return {
    name: 'accounts',
    keptWith: 'grant',
    parse(parameters) {
      const text = parameters.get('accounts')
      if (text === undefined) return undefined
      if (/^[a-z ]+$/.test(text)) return text.split(' ')
      throw new OAuthError('invalid_request', 'accounts must be names of small letters with spaces between them')
    },
    async isCovered(names, { id }) {
      const record = await core.storage.records.find({ kind, id })
      const known = (record?.value as { readonly names?: Accounts } | undefined)?.names ?? []
      return names.every((name) => known.includes(name))
    },
    describe: (names) => names.map((name) => `the account ${name}`),
    accept(names, { answer }) {
      const chosen = answer?.get('accounts')?.split(' ') ?? names
      if (chosen.every((name) => names.includes(name))) return chosen
      throw new OAuthError('invalid_request', 'an account was accepted that the client did not ask for')
    },
  }
}
