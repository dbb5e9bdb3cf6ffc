import { OAuthError } from '@oauth/core'
import {
  type Core,
  encodeBase64url,
  type Feature,
  type GrantType,
  grantedResources,
  grantedScope,
  type NewGrant,
  parseFeatureOptions,
  sha256,
} from '@oauth/core/feature'
import * as v from 'valibot'

/** The error codes and events that this feature adds to `OAuthError` and `onEvent`. */
declare module '@oauth/core' {
  interface GrantTypeNames {
    'urn:example:grant-type:voucher': true
  }
  interface FeatureErrorCodes {
    voucher_expired: true
  }
  interface FeatureEvents {
    'voucher.created': { readonly clientId: string; readonly userId: string }
  }
}

export interface VoucherOptions {
  /** How long a voucher is good, in seconds. Default 300. */
  readonly lifetimeSeconds?: number | undefined
}

/** `provider.features.vouchers` */
export interface Vouchers {
  /**
   * Makes a voucher that a client can exchange for a user's tokens once.
   * @throws {TypeError} when there is no such client
   */
  create(facts: {
    readonly clientId: string
    readonly userId: string
    readonly scope: readonly string[]
  }): Promise<string>
}

/** Lets the host vouch for a user: the client exchanges the voucher for tokens without showing a page. */
export function vouchers(options: VoucherOptions = {}): Feature<'vouchers', Vouchers> {
  const entries = { lifetimeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 300) }
  const { lifetimeSeconds } = parseFeatureOptions('vouchers', entries, options)
  return {
    name: 'vouchers',
    start: (core) => ({
      grantTypes: [voucherGrant],
      /** Withdrawing the access of a user deletes the vouchers for it. */
      waitingRecords: [{ kind, lifetime: lifetimeSeconds }],
      errors: { voucher_expired: 400 },
      api: { create: (facts) => create(core, facts, lifetimeSeconds) },
    }),
  }
}

const kind = 'vouchers'

async function create(core: Core, facts: Parameters<Vouchers['create']>[0], lifetime: number): Promise<string> {
  const { clientId, userId, scope } = facts
  const client = await core.clients.find(clientId)
  if (client === undefined) throw new TypeError(`vouchers: there is no client ${clientId}`)
  const withdrawals = await core.knownWithdrawals(client, userId)
  const newGrant = core.grantFor({ client, userId, scope, withdrawals, via: 'voucher' })
  const voucher = encodeBase64url(core.random.bytes(32))
  const now = core.clock.now()
  await core.storage.records.insert({
    kind,
    id: await sha256(`${voucher} ${core.config.issuer}`), // the storage never contains the voucher itself
    clientId,
    userId,
    value: newGrant,
    version: 1,
    createdAt: now,
    expiresAt: now + lifetime,
  })
  core.emit({ type: 'voucher.created', clientId, userId })
  return voucher
}

const voucherGrant: GrantType = {
  name: 'urn:example:grant-type:voucher',
  publicClients: false,
  withoutUser: false,
  /** Checks everything and writes nothing, so that a later failure does not use up the voucher. */
  async decide(core, { client, parameters }) {
    const id = await sha256(`${parameters.get('voucher')} ${core.config.issuer}`)
    const record = await core.storage.records.find({ kind, id })
    if (record === undefined || record.clientId !== client.id) throw unknownVoucher()
    if (core.clock.now() >= record.expiresAt) throw new OAuthError('voucher_expired', 'the voucher has expired')
    const newGrant = record.value as NewGrant
    const { grant } = newGrant
    return {
      grantType: voucherGrant.name,
      client,
      grant,
      scope: grantedScope(client, grant.scope),
      resources: grantedResources(parameters.all('resource'), grant.resources, core.config),
      refresh: false,
      /** The only write: it takes the voucher and adds the grant and the token. One of two concurrent calls wins. */
      async commit({ accessToken }) {
        const take = [{ kind, id, version: record.version }]
        const outcome = await core.commitGrant(newGrant, { take, ...(accessToken && { accessToken }) })
        if (outcome === 'gone') throw unknownVoucher()
        return {}
      },
    }
  },
}

function unknownVoucher(): OAuthError {
  return new OAuthError('invalid_grant', 'the voucher is unknown or was used before')
}
