import { claimsBeyondScope } from '../claims/requested-claims.ts'
import { type ShownClient, shownClient } from '../clients/shown-client.ts'
import type { Context } from '../contracts/context.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { canBeId } from '../storage/stored-id.ts'
import { type GrantDetails, grantDetails } from './connected-grants.ts'

/**
 * An application that has access to a user's account, or gets it again without asking the user: one entry of a page of
 * connected apps.
 */
export interface ConnectedApp extends ShownClient {
  readonly clientId: string
  /** Everything that the live grants and the remembered consents of the user allow, without repetition. */
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** The names of the claims that the user gave beyond those of the scopes. */
  readonly claims: readonly string[]
  /** Whether a consent is remembered: within it, the application gets access again without asking the user. */
  readonly remembered: boolean
  /** What made the live grants: `code` for authorization codes, or names that features give. */
  readonly via: readonly string[]
  /** Whether a live grant is for offline access, so that it outlives the user's session. */
  readonly offlineAccess: boolean
  /** When the user first gave access, as far as it is stored, in seconds since the epoch. */
  readonly firstGrantedAt: number
  /** When the application last got a grant, for instance by a sign-in, in seconds since the epoch. Refreshes do not count. */
  readonly lastGrantedAt: number
  /** When the last live grant ends, in seconds since the epoch. Absent when the application has no access now. */
  readonly expiresAt?: number
  /** The live grants, newest first: one for each sign-in. End a single one with `provider.revokeGrant(id)`. */
  readonly grants: readonly GrantDetails[]
}

/** Which of a user's applications to list. */
export interface ConnectedAppListing {
  /** How many applications to list at most, 1 to 1000. Default 100. */
  readonly limit?: number | undefined
  /** The last application of the page before. It need not be connected any more. */
  readonly after?: Pick<ConnectedApp, 'clientId' | 'lastGrantedAt'> | undefined
}

const mostApps = 1000

/** What is stored of one client of the user. */
interface Connection {
  readonly clientId: string
  readonly lastGrantedAt: number
  readonly grants: readonly GrantRecord[]
  readonly consents: readonly ConsentRecord[]
}

/**
 * Lists the applications of a user, by the last grant, newest first. Disabled clients are among them: they work again when
 * they are enabled.
 * @throws {TypeError} for a `userId` that is no text, a wrong `limit`, or an `after` that is no entry
 */
export async function listConnectedApps(
  ctx: Context,
  userId: string,
  { limit = 100, after }: ConnectedAppListing = {},
): Promise<readonly ConnectedApp[]> {
  if (typeof userId !== 'string') throw new TypeError('listConnectedApps: userId must be a string')
  if (!Number.isSafeInteger(limit) || limit < 1 || limit > mostApps) {
    throw new TypeError(`listConnectedApps: limit must be a whole number from 1 to ${mostApps}`)
  }
  if (after !== undefined && (typeof after?.clientId !== 'string' || !Number.isFinite(after.lastGrantedAt))) {
    throw new TypeError(
      'listConnectedApps: after must be an entry of the page before, or its clientId and lastGrantedAt',
    )
  }
  if (!canBeId(userId)) return []
  const connections = await connectionsOf(ctx, userId)
  const left = after === undefined ? connections : connections.filter((one) => compare(after, one) < 0)
  const apps: ConnectedApp[] = []
  // Clients that no longer exist are left out, so a page may take more than one round.
  while (apps.length < limit && left.length > 0) {
    const next = left.splice(0, limit - apps.length)
    const shown = await Promise.all(next.map((connection) => appOf(ctx, connection)))
    apps.push(...shown.filter((app) => app !== undefined))
  }
  return apps
}

/** Reads what is stored of a user, by client. The two reads are one round trip. */
async function connectionsOf({ storage, clock }: Context, userId: string): Promise<Connection[]> {
  const [grants, consents] = await Promise.all([
    storage.grants.list({ userId, now: clock.now() }),
    storage.consents.list({ userId }),
  ])
  const clientIds = new Set([...grants, ...consents].map(({ clientId }) => clientId))
  const grantsOf = byClient(grants)
  const consentsOf = byClient(consents)
  return [...clientIds]
    .map((clientId) => {
      const own = { grants: grantsOf.get(clientId) ?? [], consents: consentsOf.get(clientId) ?? [] }
      return {
        clientId,
        lastGrantedAt: latest([...own.grants, ...own.consents].map(({ createdAt }) => createdAt)),
        ...own,
      }
    })
    .sort(compare)
}

function latest(times: readonly number[]): number {
  return times.reduce((one, other) => Math.max(one, other))
}

function byClient<Row extends { readonly clientId: string }>(stored: readonly Row[]): ReadonlyMap<string, Row[]> {
  const found = new Map<string, Row[]>()
  for (const row of stored) {
    const known = found.get(row.clientId)
    if (known === undefined) found.set(row.clientId, [row])
    else known.push(row)
  }
  return found
}

type Position = Pick<Connection, 'clientId' | 'lastGrantedAt'>

/** The newest first; within one second by id, so that the order is the same on every page. */
function compare(one: Position, other: Position): number {
  if (one.lastGrantedAt !== other.lastGrantedAt) return other.lastGrantedAt - one.lastGrantedAt
  if (one.clientId === other.clientId) return 0
  return one.clientId < other.clientId ? -1 : 1
}

async function appOf(ctx: Context, connection: Connection): Promise<ConnectedApp | undefined> {
  const { clientId, lastGrantedAt, grants, consents } = connection
  const client = await ctx.clients.tryLoad(clientId)
  // What a source does not know at the moment it may know again: the user has to see it, to end it.
  if (client === undefined && !ctx.clients.isForeign(clientId)) return undefined
  const both = [...grants, ...consents]
  const details = grants.map((grant) => grantDetails(ctx, grant))
  const unique = (names: readonly string[]): readonly string[] => [...new Set(names)]
  return {
    clientId,
    ...shownClient(ctx, clientId, client),
    scopes: unique(both.flatMap(({ scope }) => scope)),
    resources: unique(both.flatMap(({ resources }) => resources)),
    claims: unique([
      ...grants.flatMap(({ claims, scope }) => claimsBeyondScope(claims, scope).map(({ name }) => name)),
      ...consents.flatMap(({ claims }) => claims),
    ]),
    remembered: consents.length > 0,
    via: unique(details.map(({ via }) => via)),
    offlineAccess: details.some(({ offlineAccess }) => offlineAccess),
    firstGrantedAt: both.map(({ createdAt }) => createdAt).reduce((one, other) => Math.min(one, other)),
    lastGrantedAt,
    ...(grants.length > 0 && { expiresAt: latest(grants.map(({ expiresAt }) => expiresAt)) }),
    grants: details,
  }
}
