import type { Context } from '../contracts/context.ts'
import type { NewGrant } from '../contracts/grant.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { RecordEntry, RecordKey } from '../storage/record.ts'

/**
 * What is stored of a request that waits for its user, who answers elsewhere than at the client: on another device, or in an
 * application of the host.
 */
export interface Waiting {
  readonly authorization: AuthorizationRequest
  /** Seconds since the epoch: from then on neither the user nor the client can use the request. */
  readonly goodUntil: number
  /** Seconds between two token requests. */
  readonly interval: number
  /** Seconds since the epoch of the last token request. */
  readonly polledAt?: number
  readonly answer?: Approval | { readonly kind: 'denied' | 'expired' }
}

/** What the user approved, until the client gets it. */
export interface Approval {
  readonly kind: 'approved'
  readonly newGrant: NewGrant
  readonly consent?: ConsentRecord
}

/** The record of a request. Once it has a `userId`, nobody else can answer. */
export type WaitingRequest<Value extends Waiting = Waiting> = Omit<RecordEntry, 'value'> & { readonly value: Value }

export async function findWaiting<Value extends Waiting>(
  { storage }: Context,
  { kind, id }: RecordKey,
): Promise<WaitingRequest<Value> | undefined> {
  return (await storage.records.find({ kind, id })) as WaitingRequest<Value> | undefined
}

/** Whether the user can still answer. */
export function isWaiting({ clock }: Context, { value }: WaitingRequest): boolean {
  return value.answer === undefined && clock.now() < value.goodUntil
}

/** Whether nobody else has claimed the request. */
export function isFree({ userId }: WaitingRequest, asking: string): boolean {
  return userId === undefined || userId === asking
}

/** Writes the next state of a request, unless it has changed since it was read. */
export async function replaceWaiting(
  { storage }: Context,
  before: WaitingRequest,
  next: RecordEntry,
): Promise<boolean> {
  return (await storage.records.replace({ ...next, version: before.version + 1 }, before.version)) === 'won'
}

/** How often a write for the user is repeated: the client may poll at the same time. */
const writes = 10

/**
 * Changes a request for a user who may answer it: one write decides, so of an approval and a refusal at the same time one
 * wins.
 * @returns `false` when the request is answered or over, or belongs to another user
 * @throws {OAuthError} `temporarily_unavailable`
 */
export async function changeFor<Value extends Waiting>(
  ctx: Context,
  key: RecordKey,
  userId: string,
  change: (value: Value) => Value,
): Promise<boolean> {
  for (let attempt = 0; attempt < writes; attempt++) {
    const request = await findWaiting<Value>(ctx, key)
    if (request === undefined || !isWaiting(ctx, request) || !isFree(request, userId)) return false
    const value = change(request.value)
    if (value === request.value && request.userId === userId) return true
    if (await replaceWaiting(ctx, request, { ...request, userId, value })) return true
  }
  throw new OAuthError('temporarily_unavailable', 'the client asks too often; try again')
}

/**
 * Frees a grant from the session in which the user approved, which is not that of the client: the user may sign out there
 * at once. The grant lasts until the client has collected it and used its access token.
 */
export function untilCollected(
  { config }: Context,
  { grant, withdrawals }: NewGrant,
  { goodUntil }: Waiting,
): NewGrant {
  const { sessionId: _, ...rest } = grant
  const expiresAt = Math.max(grant.expiresAt, goodUntil + config.lifetimes.accessToken)
  return { grant: { ...rest, offline: true, expiresAt }, withdrawals }
}
