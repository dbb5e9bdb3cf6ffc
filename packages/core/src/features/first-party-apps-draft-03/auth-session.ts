import type { ClientInstance } from '../../contracts/client-instance.ts'
import type { Context } from '../../contracts/context.ts'
import type { Binding } from '../../contracts/sender-constraint.ts'
import { encodeBase64url } from '../../crypto/base64url.ts'
import { sha256 } from '../../crypto/hash.ts'
import type { AuthorizationRequest } from '../../protocol/authorization-request.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { RecordEntry } from '../../storage/record.ts'
import { isBoundTo } from '../../tokens/binding.ts'

const kind = 'auth_session_draft_03'

/** Names and values of parameters. */
export type Pairs = readonly (readonly [name: string, value: string])[]

/** What is stored of a session between two requests of the application. */
export interface AuthSession {
  /** The authorization request of the first request. Later requests cannot change it. */
  readonly request: AuthorizationRequest
  /** The parameters of the first request, with which it can continue in a browser. Absent where it cannot. */
  readonly parameters?: Pairs
  /** What the host wants to have in the next request. */
  readonly state?: object
  /** The keys that the application has proved first. It has to prove them in every request. */
  readonly cnf?: Binding['cnf']
  /** How many requests the session has had. */
  readonly attempts: number
}

/** A session as it is stored. */
export type StoredSession = Omit<RecordEntry, 'value'> & { readonly value: AuthSession }

/** Stores a new session, and returns its `auth_session` of 256 random bits. The storage has only the hash. */
export async function storeSession(
  ctx: Context,
  client: ClientRecord,
  value: AuthSession,
  lifetime: number,
): Promise<string> {
  const authSession = encodeBase64url(ctx.random.bytes(32))
  const createdAt = ctx.clock.now()
  const id = await hashOf(ctx, authSession)
  const record = { kind, id, clientId: client.id, value, version: 1, createdAt, expiresAt: createdAt + lifetime }
  if ((await ctx.storage.records.insert(record)) !== 'won') throw new Error('the random auth_session is taken')
  return authSession
}

/** Who presents a session. */
export interface Presenter {
  readonly client: ClientRecord
  readonly binding: Binding | undefined
  /** The instance of the client, when it has authenticated with a key of its own. */
  readonly instance: ClientInstance | undefined
}

/**
 * Finds a session and counts this request. Of several requests with the same session at once, one gets it, so that an
 * attacker gets no more attempts by sending many at a time.
 * @throws {OAuthError} `invalid_session`
 */
export async function claimSession(
  ctx: Context,
  authSession: string,
  { client, binding, instance }: Presenter,
  attempts: number,
): Promise<StoredSession> {
  const found = await ctx.storage.records.find({ kind, id: await hashOf(ctx, authSession) })
  if (found === undefined) throw invalidSession('there is no such session')
  const session = found as StoredSession
  if (session.clientId !== client.id) throw invalidSession('the session belongs to another client')
  if (ctx.clock.now() >= session.expiresAt) throw invalidSession('the session has expired')
  if (!isBoundTo(session.value.cnf, binding, instance))
    throw invalidSession('the session is bound to a key that was not proved')
  if (session.value.attempts >= attempts) throw invalidSession('the session has had its last attempt')
  return replaceSession(ctx, session, { ...session.value, attempts: session.value.attempts + 1 })
}

/**
 * Stores the next state of a session.
 * @throws {OAuthError} `invalid_session` when another request has changed it meanwhile
 */
export async function replaceSession(ctx: Context, session: StoredSession, value: AuthSession): Promise<StoredSession> {
  const next = { ...session, value, version: session.version + 1 }
  if ((await ctx.storage.records.replace(next, session.version)) === 'won') return next
  throw invalidSession('another request with the session came first')
}

/** One text for all reasons, so that nobody learns which sessions exist. The event has the reason. */
export function invalidSession(reason: string): OAuthError {
  return new OAuthError('invalid_session', 'auth_session is unknown, expired or used up: start again without it', {
    cause: new Error(reason),
  })
}

/** Hashes the value together with the issuer, because two issuers may share a storage. */
function hashOf({ config }: Context, authSession: string): string | Promise<string> {
  return sha256(`${authSession} ${config.issuer}`)
}
