import type { ClientInstance } from '../../contracts/client-instance.ts'
import type { Context } from '../../contracts/context.ts'
import type { Binding } from '../../contracts/sender-constraint.ts'
import { findWaiting, type Waiting, type WaitingRequest } from '../../cross-device/waiting-request.ts'
import { encodeBase64url } from '../../crypto/base64url.ts'
import { sha256 } from '../../crypto/hash.ts'
import { createTokenSealers } from '../../crypto/seal.ts'

/** The kind of the records of requests. */
export const kind = 'ciba'

/** The value of the record. */
export interface Backchannel extends Waiting {
  readonly bindingMessage?: string
  /** What the client is notified with, sealed. Absent for a client that polls. */
  readonly sealed?: string
  /** What a client in the mode `push` has proved with the request: its tokens are bound to that. */
  readonly proved?: Proved
}

/** The keys that a client has proved. */
export interface Proved {
  readonly cnf?: Binding['cnf']
  readonly instance?: ClientInstance
}

/** The record. Its `userId` is the user who is asked: nobody else can answer. */
export type BackchannelRecord = WaitingRequest<Backchannel>

/** What the server needs to notify a client. */
export interface Notification {
  readonly authReqId: string
  readonly token: string
}

/** Makes an `auth_req_id` of 256 random bits. The storage has only its hash, which is the id of the record. */
export async function createAuthReqId(ctx: Context): Promise<{ readonly authReqId: string; readonly id: string }> {
  const authReqId = encodeBase64url(ctx.random.bytes(32))
  return { authReqId, id: await idOf(ctx, authReqId) }
}

/** Finds the request of an `auth_req_id`, also one that has expired. */
export async function findByAuthReqId(ctx: Context, authReqId: string): Promise<BackchannelRecord | undefined> {
  if (!/^[\w-]{43}$/.test(authReqId)) return undefined
  return findWaiting<Backchannel>(ctx, { kind, id: await idOf(ctx, authReqId) })
}

/** Finds a request of this server by the id that the host knows it by. */
export async function findRequest(ctx: Context, id: string): Promise<BackchannelRecord | undefined> {
  if (typeof id !== 'string' || !/^[\w-]{43}$/.test(id)) return undefined
  const found = await findWaiting<Backchannel>(ctx, { kind, id })
  // Another issuer on the same storage has requests of its own.
  return found !== undefined && found.ownerId === (await ownerOf(ctx, found.userId ?? '')) ? found : undefined
}

/** The owner of the requests that ask a user, by which they are listed. */
export function ownerOf({ config }: Context, userId: string): string | Promise<string> {
  return sha256(JSON.stringify(['ciba user', config.issuer, userId]))
}

/** The id includes the issuer, because two issuers may share a storage. */
function idOf({ config }: Context, authReqId: string): string | Promise<string> {
  return sha256(JSON.stringify(['ciba auth_req_id', config.issuer, authReqId]))
}

const createSealers = ({ config }: Context) => createTokenSealers(config.secrets, 'oauth/ciba-notification')

/** Encrypts what the client is notified with. */
export function sealNotification(ctx: Context, id: string, notification: Notification): string | Promise<string> {
  return ctx.once(createSealers)(id).seal(JSON.stringify(notification), ctx.config.issuer)
}

/** Decrypts it. `undefined` when it was sealed with a secret that the server no longer has. */
export async function unsealNotification(ctx: Context, id: string, sealed: string): Promise<Notification | undefined> {
  const text = await ctx.once(createSealers)(id).unseal(sealed, ctx.config.issuer)
  return text === undefined ? undefined : (JSON.parse(text) as Notification)
}
