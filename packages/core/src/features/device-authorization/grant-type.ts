import type { Core } from '../../contracts/core.ts'
import type { GrantType, TokenRequest } from '../../contracts/grant-type.ts'
import type { Committed, Issuance, Minted } from '../../contracts/issuance.ts'
import { isLive } from '../../policy/grant.ts'
import { withholdRefreshToken } from '../../policy/refresh-token.ts'
import { grantedResources } from '../../policy/resource.ts'
import { grantedScope } from '../../policy/scope.ts'
import { OAuthError } from '../../protocol/errors.ts'
import {
  type Approval,
  type DeviceRecord,
  findByDeviceCode,
  findDevice,
  kind,
  replaceDevice,
} from './device-request.ts'
import { deviceGrantType } from './grant-type-name.ts'

/** By how many seconds a device that asks too often has to wait longer ({@link https://www.rfc-editor.org/rfc/rfc8628#section-3.5 RFC 8628 section 3.5}). */
const slowerBy = 5

/** Seconds by which a token request may be early: times are whole seconds, and networks are not even. */
const tolerance = 1

/**
 * Gives a device its tokens once its user has approved ({@link
 * https://www.rfc-editor.org/rfc/rfc8628#section-3.4 RFC 8628 section 3.4}). A request that is too early costs one read and
 * one write.
 */
export const deviceCodeGrant: GrantType = {
  name: deviceGrantType,
  publicClients: true,
  withoutUser: false,
  async decide(core, request) {
    const device = await presentedDevice(core, request)
    const { answer, goodUntil } = device.value
    const over = core.clock.now() >= goodUntil && answer?.kind !== 'denied'
    if (over || answer?.kind === 'expired') throw await expired(core, device)
    if (answer === undefined) throw await pending(core, device)
    if (answer.kind !== 'approved') throw refused()
    if (!isLive(answer.newGrant.grant, core.clock.now())) throw invalidCode('the grant has ended')
    return issuance(core, request, device, answer)
  },
}

async function presentedDevice(core: Core, request: TokenRequest): Promise<DeviceRecord> {
  const { client, parameters } = request
  const deviceCode = parameters.get('device_code')
  if (deviceCode === undefined) throw new OAuthError('invalid_request', 'missing device_code')
  const device = await findByDeviceCode(core, deviceCode)
  if (device === undefined) throw invalidCode('the code is unknown or was used before')
  if (device.clientId !== client.id) throw invalidCode('the code was issued to another client')
  await checkBindings(core, device, request)
  return device
}

/** Checks what the device authorization request was bound to, for instance a key. */
async function checkBindings({ registry }: Core, { value }: DeviceRecord, request: TokenRequest): Promise<void> {
  for (const [name, bound] of Object.entries(value.authorization.extra ?? {})) {
    const parameter = registry.authorizationParameters.get(name)
    if (parameter === undefined) throw invalidCode(`the parameter ${name} of its request is not known to this process`)
    if (parameter.keptWith === 'code') await parameter.checkRedemption?.(bound, request)
  }
}

/** Answers a device whose user has not answered. One conditional write decides whether it came too early. */
async function pending(core: Core, device: DeviceRecord): Promise<OAuthError> {
  const { polledAt, interval } = device.value
  const now = core.clock.now()
  const early = polledAt !== undefined && now + tolerance < polledAt + interval
  const value = { ...device.value, polledAt: now, interval: early ? interval + slowerBy : interval }
  if (await replaceDevice(core, device, { ...device, value })) return early ? slowDown() : notYet()
  // Something else wrote first: the user's answer, which the next request gets, or another request of this device.
  const current = await findDevice(core, device.id)
  const polled = current?.value.polledAt !== polledAt || current?.value.interval !== interval
  return polled ? slowDown() : notYet()
}

async function expired(core: Core, device: DeviceRecord): Promise<OAuthError> {
  if (device.value.answer?.kind !== 'expired') {
    const value = { ...device.value, answer: { kind: 'expired' } as const }
    if (await replaceDevice(core, device, { ...device, value })) {
      core.emit({ type: 'device.expired', clientId: device.value.authorization.clientId })
    }
  }
  return new OAuthError('expired_token', 'the device code has expired; ask for a new one')
}

function issuance(
  core: Core,
  { client, parameters }: TokenRequest,
  device: DeviceRecord,
  approval: Approval,
): Issuance {
  const { grant } = approval.newGrant
  const { nonce } = device.value.authorization
  const scope = grantedScope(client, grant.scope)
  const withheld = withholdRefreshToken(client, scope, core.config)
  return {
    grantType: deviceGrantType,
    client,
    grant,
    scope,
    resources: grantedResources(parameters.all('resource'), grant.resources, core.config, { scope }),
    ...(nonce !== undefined && { nonce }),
    refresh: withheld === undefined,
    ...(withheld !== undefined && { refreshTokenWithheld: withheld }),
    commit: (minted) => collect(core, device, approval, minted),
  }
}

/** The one write: it takes the request of the device and adds the grant with its tokens. Of many devices one wins. */
async function collect(
  core: Core,
  { id, version }: DeviceRecord,
  { newGrant, consent }: Approval,
  { accessToken, refreshToken }: Minted,
): Promise<Committed> {
  const commit = {
    take: [{ kind, id, version }],
    ...(consent !== undefined && { consent }),
    ...(accessToken !== undefined && { accessToken }),
    ...(refreshToken !== undefined && { refreshToken: refreshToken.record }),
  }
  const outcome = await core.commitGrant(newGrant, commit).catch((thrown: unknown) => {
    throw thrown instanceof OAuthError && thrown.code === 'access_denied' ? refused(thrown) : thrown
  })
  if (outcome === 'gone') throw invalidCode('the code was used before')
  return refreshToken === undefined ? {} : { refreshToken: refreshToken.text }
}

function notYet(): OAuthError {
  return new OAuthError('authorization_pending', 'the user has not answered yet')
}

function slowDown(): OAuthError {
  return new OAuthError('slow_down', `the device asks too often: wait ${slowerBy} seconds longer from now on`)
}

/** With the status of the token endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}). */
function refused(cause?: OAuthError): OAuthError {
  const text = cause === undefined ? 'the user has refused' : cause.description
  return new OAuthError('access_denied', text, { status: 400, ...(cause !== undefined && { cause }) })
}

/** Makes the same response for every invalid code. Only the event tells the reason. */
function invalidCode(reason: string): OAuthError {
  return new OAuthError('invalid_grant', "Invalid 'device_code' in request.", { cause: reason })
}
