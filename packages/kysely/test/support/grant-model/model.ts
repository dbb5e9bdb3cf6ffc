/**
 * What the grant model knows: plain data, so that it can be copied and compared. It knows nothing of storage or HTTP. The
 * rules of the server are written here a second time, as short as they can be.
 */
export interface Model {
  now: number
  readonly users: Record<string, UserState>
  readonly clients: Record<string, ClientState>
  /** The scopes that a user has consented to, by user and client. */
  readonly consents: Record<string, string[]>
  /** Whether the consent was given for the redirect URI, by user and client. One that was given for a device alone was not. */
  readonly redirects: Record<string, boolean>
  /** The grants by their id. */
  readonly grants: Record<string, GrantState>
  /** The codes and tokens by their text. */
  readonly codes: Record<string, CodeState>
  readonly refreshTokens: Record<string, RefreshTokenState>
  readonly accessTokens: Record<string, AccessTokenState>
  /** Consent pages that are open in the user's browser, by the URL of the page. */
  readonly pages: Record<string, PageState>
}

export interface UserState {
  exists: boolean
  /** The session of the user's browser. */
  session: string | undefined
}

export interface ClientState {
  readonly id: string
  readonly confidential: boolean
  state: 'enabled' | 'disabled' | 'deleted'
}

export interface GrantState {
  readonly user: string
  readonly client: string
  readonly session: string
  readonly scope: readonly string[]
  readonly expiresAt: number
  ended: boolean
  purged: boolean
}

export interface CodeState {
  readonly grant: string
  readonly expiresAt: number
  used: boolean
  purged: boolean
}

export interface RefreshTokenState {
  readonly grant: string
  readonly expiresAt: number
  rotatedAt?: number
  successor?: string
  purged: boolean
}

export interface AccessTokenState {
  readonly grant: string
  readonly expiresAt: number
  readonly jwt: boolean
  revoked: boolean
  purged: boolean
}

export interface PageState {
  readonly user: string
  readonly client: string
  readonly session: string
  readonly scope: readonly string[]
  readonly expiresAt: number
  /** Whether the page can never lead to a code again: it was answered, or access was withdrawn. */
  over: boolean
}

/** The lifetimes of the servers in the test, in seconds: few enough that time passes them often. */
export const lifetimes = {
  authorizationCodeTtlSeconds: 60,
  accessTokenTtlSeconds: 300,
  refreshTokenTtlSeconds: 1000,
  refreshTokenMaxTtlSeconds: 2500,
  refreshTokenReuseWindowSeconds: 30,
  interactionTtlSeconds: 600,
} as const

export const online = ['openid', 'notes:read'] as const
export const offline = [...online, 'offline_access'] as const

export const pair = (user: string, client: string): string => `${user} ${client}`

export const isLive = (model: Model, id: string): boolean => {
  const grant = model.grants[id]
  return grant !== undefined && !grant.ended && model.now < grant.expiresAt
}

/** The live grants that match, as ids. */
export function liveGrants(model: Model, matches: (grant: GrantState) => boolean): readonly string[] {
  return Object.keys(model.grants).filter((id) => isLive(model, id) && matches(model.grants[id] as GrantState))
}

/** Ends one grant, also one that has expired, as long as it is stored. Returns whether this ended it. */
export function endGrant(model: Model, id: string): boolean {
  const grant = grantOf(model, id)
  const ends = !grant.ended && !grant.purged
  grant.ended = true
  return ends
}

/** Ends the live grants that match, and returns how many. */
export function endGrants(model: Model, matches: (grant: GrantState) => boolean): number {
  const ids = liveGrants(model, matches)
  for (const id of ids) (model.grants[id] as GrantState).ended = true
  return ids.length
}

/** Ends the open consent pages that match: what was withdrawn is given by no page that was open before. */
export function closePages(model: Model, matches: (page: PageState) => boolean): void {
  for (const page of Object.values(model.pages)) if (matches(page)) page.over = true
}

export function isActive(model: Model, text: string): boolean {
  const token = model.accessTokens[text]
  if (token === undefined || token.revoked || model.now >= token.expiresAt || !isLive(model, token.grant)) return false
  return clientOf(model, token.grant).state === 'enabled'
}

export function clientOf(model: Model, grantId: string): ClientState {
  return model.clients[grantOf(model, grantId).client] as ClientState
}

export function grantOf(model: Model, grantId: string): GrantState {
  return model.grants[grantId] as GrantState
}

export function userOf(model: Model, grantId: string): UserState {
  return model.users[grantOf(model, grantId).user] as UserState
}

/** Removes what has expired, as `purgeExpired` does. */
export function purge(model: Model): void {
  const tables: readonly Record<string, { readonly expiresAt: number; purged: boolean }>[] = [
    model.grants,
    model.codes,
    model.refreshTokens,
    model.accessTokens,
  ]
  for (const row of tables.flatMap((table) => Object.values(table))) if (row.expiresAt < model.now) row.purged = true
}

/** The times to come at which something ends, the next ones first. */
export function deadlines(model: Model): readonly number[] {
  const rows = [model.grants, model.codes, model.refreshTokens, model.accessTokens, model.pages]
  const expiries = rows
    .flatMap((table) => Object.values<{ readonly expiresAt: number }>(table))
    .map((row) => row.expiresAt)
  const windows = Object.values(model.refreshTokens).flatMap(({ rotatedAt }) =>
    rotatedAt === undefined ? [] : [rotatedAt + lifetimes.refreshTokenReuseWindowSeconds],
  )
  return [...new Set([...expiries, ...windows])].filter((end) => end > model.now).sort((one, other) => one - other)
}
