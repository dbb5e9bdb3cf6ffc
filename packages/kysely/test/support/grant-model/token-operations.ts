import { exchangeCode, postAs, refresh, userinfo } from '../../../../core/test/support/client.ts'
import { api } from '../../../../core/test/support/tokens.ts'
import { endGrant, grantOf, isActive, isLive, lifetimes, type Model, userOf } from './model.ts'
import { type Operation, operation, type TokenAnswer, tokenAnswer, unlike } from './operation.ts'
import type { Servers } from './servers.ts'

const invalidGrant = '400 invalid_grant'
const invalidClient = '401 invalid_client'

const short = (text: string): string => text.slice(0, 26)
const registered = (servers: Servers, name: string) => servers.clients.get(name) as never
const world = (servers: Servers, process: number) => servers.processes[process] as (typeof servers.processes)[number]

/** Who sends a request with a code or a token: a client by its name, to one of the processes. */
export interface Sender {
  readonly client: string
  readonly process: number
  /** Whether the client asks for a token for the API. */
  readonly resource?: boolean
}

const at = ({ client, process, resource }: Sender): string =>
  `by ${client} at ${process}${resource === true ? ' for the API' : ''}`

/** A client exchanges a code. With `verifier: false` it does not know the PKCE verifier. */
export function exchange(code: string, sender: Sender, verifier: boolean): Operation {
  return operation<TokenAnswer>({
    label: `exchange ${short(code)} ${at(sender)}${verifier ? '' : ' without its verifier'}`,
    async run(servers) {
      const pkce = { challenge: '', verifier: verifier ? (servers.verifiers.get(code) as string) : 'w'.repeat(43) }
      const to = world(servers, sender.process)
      const form = sender.resource === true ? { resource: api } : {}
      return tokenAnswer(await exchangeCode(to, registered(servers, sender.client), { code, pkce } as never, form))
    },
    step(model, observed) {
      const expected = exchangeError(model, code, sender, verifier)
      if (expected !== observed.error) return unlike('the exchange', expected, observed.error)
      if (expected !== undefined) return undefined
      const state = model.codes[code] as Model['codes'][string]
      state.used = true
      return addTokens(model, state.grant, observed, grantOf(model, state.grant).scope.includes('offline_access'))
    },
  })
}

function exchangeError(model: Model, code: string, sender: Sender, verifier: boolean): string | undefined {
  if (model.clients[sender.client]?.state !== 'enabled') return invalidClient
  const state = model.codes[code] as Model['codes'][string]
  if (state.purged || grantOf(model, state.grant).client !== sender.client || !verifier) return invalidGrant
  if (state.used) {
    endGrant(model, state.grant)
    return invalidGrant
  }
  const fails = model.now >= state.expiresAt || !isLive(model, state.grant) || !userOf(model, state.grant).exists
  return fails ? invalidGrant : undefined
}

/** A client presents a refresh token: for the first time, again, or one of another client. */
export function present(token: string, sender: Sender): Operation {
  return operation<TokenAnswer>({
    label: `refresh with ${short(token)} ${at(sender)}`,
    async run(servers) {
      const form = sender.resource === true ? { resource: api } : {}
      const to = world(servers, sender.process)
      return tokenAnswer(await refresh(to, registered(servers, sender.client), token, form))
    },
    step(model, observed) {
      const { error, kind } = judge(model, token, sender)
      if (error !== observed.error) return unlike('the refresh', error, observed.error)
      if (error !== undefined) return undefined
      const state = model.refreshTokens[token] as Model['refreshTokens'][string]
      if (kind === 'retry') {
        return (
          unlike('the successor', state.successor, observed.refreshToken) ?? addTokens(model, state.grant, observed)
        )
      }
      state.rotatedAt = model.now
      if (observed.refreshToken !== undefined) state.successor = observed.refreshToken
      return addTokens(model, state.grant, observed, true)
    },
  })
}

function judge(
  model: Model,
  token: string,
  sender: Sender,
): { readonly error?: string; readonly kind?: 'fresh' | 'retry' } {
  if (model.clients[sender.client]?.state !== 'enabled') return { error: invalidClient }
  const refused = { error: invalidGrant }
  const state = model.refreshTokens[token] as Model['refreshTokens'][string]
  if (state.purged || grantOf(model, state.grant).client !== sender.client || !isLive(model, state.grant))
    return refused
  const { rotatedAt, successor = '' } = state
  const late = rotatedAt !== undefined && model.now >= rotatedAt + lifetimes.refreshTokenReuseWindowSeconds
  if (late || model.refreshTokens[successor]?.rotatedAt !== undefined) {
    endGrant(model, state.grant)
    return refused
  }
  if (model.now >= state.expiresAt || !userOf(model, state.grant).exists) return refused
  return { kind: rotatedAt === undefined ? 'fresh' : 'retry' }
}

/** Adds the tokens of an answer to the model. No token may be one that the model knows already. */
export function addTokens(model: Model, grant: string, answer: TokenAnswer, refreshes = false): string | undefined {
  const { accessToken, refreshToken } = answer
  const until = (seconds: number): number => Math.min(model.now + seconds, grantOf(model, grant).expiresAt)
  if (model.accessTokens[accessToken] !== undefined) return `the access token ${accessToken} was given twice`
  model.accessTokens[accessToken] = {
    ...{ grant, jwt: accessToken.includes('.'), revoked: false, purged: false },
    expiresAt: until(lifetimes.accessTokenTtlSeconds),
  }
  if (!refreshes) return undefined
  if (refreshToken === undefined) return 'there is no refresh token'
  if (model.refreshTokens[refreshToken] !== undefined) return `the refresh token ${refreshToken} was given twice`
  model.refreshTokens[refreshToken] = { grant, purged: false, expiresAt: until(lifetimes.refreshTokenTtlSeconds) }
  return undefined
}

const statusOf = (model: Model, { client }: Sender): number => (model.clients[client]?.state === 'enabled' ? 200 : 401)

/** A client revokes an access token or refresh token, perhaps one of another client. */
export function revoke(token: string, sender: Sender): Operation {
  return operation<number>({
    label: `revoke ${short(token)} ${at(sender)}`,
    async run(servers) {
      const client = registered(servers, sender.client)
      return (await postAs(world(servers, sender.process), client, '/oauth2/revoke', { token })).status
    },
    step(model, observed) {
      const expected = statusOf(model, sender)
      const access = model.accessTokens[token]
      const refreshing = model.refreshTokens[token]
      const state = access ?? refreshing
      if (expected === 200 && state !== undefined && grantOf(model, state.grant).client === sender.client) {
        if (access !== undefined && isActive(model, token)) access.revoked = true
        if (refreshing?.purged === false) endGrant(model, refreshing.grant)
      }
      return unlike('the revocation', expected, observed)
    },
  })
}

/** A client with a secret, or the API (`api`), asks about a token. */
export function introspect(token: string, sender: Sender): Operation {
  return operation<string>({
    label: `introspect ${short(token)} ${at(sender)}`,
    async run(servers) {
      const client = sender.client === 'api' ? (servers.resourceServer as never) : registered(servers, sender.client)
      const { status, body } = await postAs(world(servers, sender.process), client, '/oauth2/introspect', { token })
      return `${status} ${status === 200 ? body.active : body.error}`
    },
    step(model, observed) {
      return unlike('the introspection', introspected(model, token, sender), observed)
    },
  })
}

function introspected(model: Model, token: string, sender: Sender): string {
  const caller = model.clients[sender.client]
  if (sender.client !== 'api' && (caller?.state !== 'enabled' || !caller.confidential)) return invalidClient
  const access = model.accessTokens[token]
  if (access !== undefined) {
    const concerns = sender.client === 'api' ? access.jwt : grantOf(model, access.grant).client === sender.client
    return `200 ${concerns && isActive(model, token) && userOf(model, access.grant).exists}`
  }
  const state = model.refreshTokens[token] as Model['refreshTokens'][string]
  const own = !state.purged && grantOf(model, state.grant).client === sender.client
  const fresh = state.rotatedAt === undefined && model.now < state.expiresAt && isLive(model, state.grant)
  return `200 ${own && fresh && userOf(model, state.grant).exists}`
}

/** A client asks for the claims of the user. */
export function askUserinfo(token: string, process: number): Operation {
  return operation<number>({
    label: `userinfo with ${short(token)} at ${process}`,
    run: async (servers) => (await userinfo(world(servers, process), token)).status,
    step(model, observed) {
      const { grant } = model.accessTokens[token] as Model['accessTokens'][string]
      return unlike('userinfo', isActive(model, token) && userOf(model, grant).exists ? 200 : 401, observed)
    },
  })
}
