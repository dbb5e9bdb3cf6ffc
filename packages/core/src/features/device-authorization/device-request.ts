import type { Context } from '../../contracts/context.ts'
import { findWaiting, isWaiting, type Waiting, type WaitingRequest } from '../../cross-device/waiting-request.ts'
import { encodeBase64url } from '../../crypto/base64url.ts'
import { sha256 } from '../../crypto/hash.ts'
import { timingSafeEqual } from '../../crypto/timing-safe-equal.ts'
import type { AuthorizationRequest } from '../../protocol/authorization-request.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { DeviceRules } from './options.ts'
import type { DeviceOrigin } from './origin.ts'
import { createUserCode, idsOf } from './user-code.ts'

/** The kind of the record of a device that waits. */
export const kind = 'device_authorization'

/** The value of the record. */
export interface Device extends Waiting {
  readonly secretHash: string
  readonly origin: DeviceOrigin
}

/** The record. Its `userId` is the user who has claimed the code: nobody else can answer. */
export type DeviceRecord = WaitingRequest<Device>

/** What the device and its user get. */
export interface StoredDevice {
  readonly deviceCode: string
  /** Eight letters. */
  readonly userCode: string
  /** Seconds since the epoch. */
  readonly goodUntil: number
}

/**
 * How long the record of a device is kept, in seconds. A device that comes late is told that its code has expired, rather
 * than that it is unknown.
 */
export const recordSeconds = ({ lifetimeSeconds }: DeviceRules): number => 2 * lifetimeSeconds

/** How often a user code that is taken is made anew. With a million waiting devices the first one is free nearly always. */
const attempts = 5

/**
 * Stores a request under a new user code. The insert decides who gets a code, so two devices never have the same one.
 * @throws {OAuthError} `temporarily_unavailable` when no code is free
 */
export async function storeDevice(
  ctx: Context,
  authorization: AuthorizationRequest,
  origin: DeviceOrigin,
  rules: DeviceRules,
): Promise<StoredDevice> {
  const { lifetimeSeconds, intervalSeconds } = rules
  const now = ctx.clock.now()
  const goodUntil = now + lifetimeSeconds
  for (let attempt = 0; attempt < attempts; attempt++) {
    const userCode = createUserCode(ctx)
    const [id = ''] = await idsOf(ctx, userCode)
    const deviceCode = `${id}.${encodeBase64url(ctx.random.bytes(32))}`
    const value: Device = {
      secretHash: await hashOf(ctx, deviceCode),
      authorization,
      origin,
      goodUntil,
      interval: intervalSeconds,
    }
    const outcome = await ctx.storage.records.insert({
      kind,
      id,
      clientId: authorization.clientId,
      value,
      version: 1,
      createdAt: now,
      expiresAt: now + recordSeconds(rules),
    })
    if (outcome === 'won') return { deviceCode, userCode, goodUntil }
  }
  throw new OAuthError('temporarily_unavailable', 'no user code is free; try again')
}

/** Finds the request of a device code, also one that has expired. */
export async function findByDeviceCode(ctx: Context, deviceCode: string): Promise<DeviceRecord | undefined> {
  const [, id] = /^([\w-]{43})\.[\w-]{43}$/.exec(deviceCode) ?? []
  const device = id === undefined ? undefined : await findDevice(ctx, id)
  if (device === undefined) return undefined
  return timingSafeEqual(await hashOf(ctx, deviceCode), device.value.secretHash) ? device : undefined
}

/** Finds the request of a user code, as long as it waits for its user. */
export async function findByUserCode(ctx: Context, userCode: string): Promise<DeviceRecord | undefined> {
  const ids = await idsOf(ctx, userCode)
  const [found] = (await ctx.storage.records.findMany({ kind, ids })) as readonly DeviceRecord[]
  return found !== undefined && isWaiting(ctx, found) ? found : undefined
}

export function findDevice(ctx: Context, id: string): Promise<DeviceRecord | undefined> {
  return findWaiting<Device>(ctx, { kind, id })
}

/** Hashes the code together with the issuer, because two issuers may share a storage. */
function hashOf({ config }: Context, deviceCode: string): string | Promise<string> {
  return sha256(`${deviceCode} ${config.issuer}`)
}
