import { type AuthorizationRequest, type ConsentRecord, OAuthError, type RecordEntry } from '@oauth/core'
import {
  type Approved,
  type ClientCall,
  type Completion,
  type Core,
  encodeBase64url,
  type Feature,
  type GrantType,
  grantedResources,
  grantedScope,
  htmlPage,
  type Issuance,
  json,
  messagePage,
  type NewGrant,
  parseFeatureOptions,
  readForm,
  requestedResources,
  requireSameOrigin,
  sha256,
  type TokenRequest,
  timingSafeEqual,
  withholdRefreshToken,
} from '@oauth/core/feature'
import * as v from 'valibot'

declare module '@oauth/core' {
  interface GrantTypeNames {
    'urn:example:grant-type:other-device': true
  }
  interface FeatureEvents {
    'other_device.started': { readonly clientId: string }
  }
}

export interface OtherDeviceOptions {
  /** How long a user has to approve. Default 600. */
  readonly lifetimeSeconds?: number | undefined
  /** How long the device waits between two polls. Default 5. */
  readonly intervalSeconds?: number | undefined
}

/** A device that waits for its user. */
export interface WaitingDevice {
  readonly clientId: string
  readonly scope: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** `provider.features.otherDevice` */
export interface OtherDevices {
  /** Returns the device that shows this user code, until a user has answered. */
  pending(userCode: string): Promise<WaitingDevice | undefined>
}

/** The value of the record of a waiting device. */
interface Device {
  readonly secretHash: string
  readonly authorization: AuthorizationRequest
  readonly interval: number
  readonly polledAt?: number
  readonly answer?: 'denied' | { readonly newGrant: NewGrant; readonly consent?: ConsentRecord }
}

type DeviceRecord = Omit<RecordEntry, 'value'> & { readonly value: Device }

const kind = 'otherDevice'
const grantTypeName = 'urn:example:grant-type:other-device'
const seconds = v.pipe(v.number(), v.integer(), v.minValue(1))

/** Lets a device without a browser get tokens when its user approves on another device. */
export function otherDevice(options: OtherDeviceOptions = {}): Feature<'otherDevice', OtherDevices> {
  const times = parseFeatureOptions(
    'otherDevice',
    { lifetimeSeconds: v.optional(seconds, 600), intervalSeconds: v.optional(seconds, 5) },
    options,
  )
  return {
    name: 'otherDevice',
    // The feature needs the pages of the interaction.
    requires: ['authorization_code'],
    start: (core) => ({
      endpoints: [
        {
          name: 'startOtherDevice',
          path: '/other-device/start',
          methods: ['POST'],
          errors: 'json',
          cors: 'client',
          rateLimit: 'otherDevice',
          metadata: 'other_device_endpoint',
          handleClient: (_core, call) => begin(core, call, times),
        },
        {
          name: 'otherDevicePage',
          path: '/other-device',
          methods: ['GET', 'POST'],
          errors: 'page',
          rateLimit: 'otherDevicePage',
          handle: async (_core, request) => (request.method === 'POST' ? enterCode(core, request) : codePage(core)),
        },
      ],
      grantTypes: [grantType],
      completions: [completion(core)],
      rateLimits: { otherDevice: { address: 60, client: 600 }, otherDevicePage: { address: 30 } },
      api: {
        async pending(userCode) {
          const device = await findByUserCode(core, userCode)
          if (device === undefined) return undefined
          const { authorization } = device.value
          return { clientId: authorization.clientId, scope: authorization.scope, expiresAt: device.expiresAt }
        },
      },
    }),
  }
}

async function begin(
  core: Core,
  { client, parameters }: ClientCall,
  { lifetimeSeconds, intervalSeconds }: { readonly lifetimeSeconds: number; readonly intervalSeconds: number },
): Promise<Response> {
  if (!client.metadata.grant_types.includes(grantTypeName)) {
    throw new OAuthError('unauthorized_client', `the client is not registered for ${grantTypeName}`)
  }
  const extra = await core.readParameters(client, parameters)
  const authorization: AuthorizationRequest = {
    clientId: client.id,
    redirectUriSent: false,
    scope: core.readScope(client, parameters),
    // The user always decides anew, so that an attacker who makes them enter a code cannot use a stored consent.
    prompt: ['consent'],
    resources: requestedResources(core.readAudience(client, parameters).all('resource'), core.config.validAudiences),
    ...(extra !== undefined && { extra }),
  }
  const now = core.clock.now()
  const secret = encodeBase64url(core.random.bytes(32))
  for (let attempt = 0; attempt < 5; attempt++) {
    const userCode = createUserCode(core)
    const id = await idOf(core, userCode)
    const value: Device = { secretHash: await sha256(secret), authorization, interval: intervalSeconds }
    const record: RecordEntry = {
      kind,
      id,
      clientId: client.id,
      value,
      version: 1,
      createdAt: now,
      expiresAt: now + lifetimeSeconds,
    }
    if ((await core.storage.records.insert(record)) === 'exists') continue
    core.emit({ type: 'other_device.started', clientId: client.id })
    return json(200, {
      device_code: `${id}.${secret}`,
      user_code: userCode,
      verification_uri: `${core.config.issuer}/other-device`,
      expires_in: lifetimeSeconds,
      interval: intervalSeconds,
    })
  }
  throw new OAuthError('temporarily_unavailable', 'no user code is free')
}

function codePage(core: Core): Response {
  return htmlPage(
    200,
    'Connect a device',
    `<form method="post" action="${core.config.issuer}/other-device">
<label>The code that your device shows <input name="user_code" autocomplete="off" required></label>
<button type="submit">Continue</button>
</form>`,
  )
}

async function enterCode(core: Core, request: Request): Promise<Response> {
  requireSameOrigin(core, request)
  const userCode = (await readForm(request)).get('user_code') ?? ''
  const device = await findByUserCode(core, userCode)
  if (device === undefined) throw unknownCode()
  const { authorization } = device.value
  return core.interact(request, { completion: kind, authorization, value: { id: device.id } })
}

function completion(core: Core): Completion {
  return {
    name: kind,
    approve: (_request, approved) => approve(core, approved),
    async deny(_request, { value }) {
      await answer(core, value, 'denied')
      return messagePage('The device gets no access', ['You can close this page.'])
    },
  }
}

async function approve(core: Core, { take, grant, consent, value }: Approved): Promise<Response> {
  // When the user answers in two tabs, only one continues.
  for (const interaction of take) if (!(await core.storage.records.take(interaction))) throw unknownCode()
  const approval = { newGrant: core.grantFor(grant), ...(consent !== undefined && { consent }) }
  if (!(await answer(core, value, approval))) throw unknownCode()
  return messagePage('The device is connected', ['You can go back to your device.'])
}

async function answer(core: Core, value: object | undefined, given: NonNullable<Device['answer']>): Promise<boolean> {
  const { id } = value as { readonly id: string }
  for (let attempt = 0; attempt < 5; attempt++) {
    const device = await findDevice(core, id)
    if (device === undefined || device.value.answer !== undefined) return false
    // The device may poll at the same time.
    if (await replace(core, device, { ...device.value, answer: given })) return true
  }
  throw new OAuthError('temporarily_unavailable', 'the device polls too often')
}

const grantType: GrantType = {
  name: grantTypeName,
  publicClients: true,
  withoutUser: false,
  async decide(core, request) {
    const device = await presentedDevice(core, request)
    const { answer: given } = device.value
    if (given === undefined) throw await notYet(core, device)
    if (given === 'denied') {
      await core.storage.records.take({ kind, id: device.id })
      throw new OAuthError('access_denied', 'the user has refused')
    }
    return issuance(core, request, device, given)
  },
}

function issuance(
  core: Core,
  { client, parameters }: TokenRequest,
  { id, version }: DeviceRecord,
  { newGrant, consent }: Exclude<NonNullable<Device['answer']>, 'denied'>,
): Issuance {
  const { grant } = newGrant
  const scope = grantedScope(client, grant.scope)
  const withheld = withholdRefreshToken(client, scope, core.config)
  return {
    grantType: grantTypeName,
    client,
    grant,
    scope,
    resources: grantedResources(parameters.all('resource'), grant.resources, core.config),
    refresh: withheld === undefined,
    ...(withheld !== undefined && { refreshTokenWithheld: withheld }),
    async commit({ accessToken, refreshToken }) {
      const outcome = await core.commitGrant(newGrant, {
        take: [{ kind, id, version }],
        ...(consent !== undefined && { consent }),
        ...(accessToken !== undefined && { accessToken }),
        ...(refreshToken !== undefined && { refreshToken: refreshToken.record }),
      })
      if (outcome === 'gone') throw unknownDevice()
      return refreshToken === undefined ? {} : { refreshToken: refreshToken.text }
    },
  }
}

async function presentedDevice(core: Core, { client, parameters }: TokenRequest): Promise<DeviceRecord> {
  const [id = '', secret = ''] = (parameters.get('device_code') ?? '').split('.')
  const device = await findRecord(core, id)
  if (device === undefined || !timingSafeEqual(await sha256(secret), device.value.secretHash)) throw unknownDevice()
  if (device.clientId !== client.id) throw unknownDevice()
  if (core.clock.now() >= device.expiresAt) throw new OAuthError('expired_token', 'the device code has expired')
  return device
}

/** Answers a device that polls too often or too early. */
async function notYet(core: Core, device: DeviceRecord): Promise<OAuthError> {
  const { polledAt, interval } = device.value
  const now = core.clock.now()
  const tooOften = polledAt !== undefined && now < polledAt + interval
  await replace(core, device, { ...device.value, polledAt: now, interval: tooOften ? interval + 5 : interval })
  return tooOften
    ? new OAuthError('slow_down', 'the device polls too often')
    : new OAuthError('authorization_pending', 'the user has not answered yet')
}

async function findByUserCode(core: Core, userCode: string): Promise<DeviceRecord | undefined> {
  const device = await findDevice(core, await idOf(core, userCode))
  return device?.value.answer === undefined ? device : undefined
}

async function findDevice(core: Core, id: string): Promise<DeviceRecord | undefined> {
  const device = await findRecord(core, id)
  return device !== undefined && core.clock.now() < device.expiresAt ? device : undefined
}

async function findRecord(core: Core, id: string): Promise<DeviceRecord | undefined> {
  return (await core.storage.records.find({ kind, id })) as DeviceRecord | undefined
}

async function replace(core: Core, device: DeviceRecord, value: Device): Promise<boolean> {
  const next = { ...device, value, version: device.version + 1 }
  return (await core.storage.records.replace(next, device.version)) === 'won'
}

/** The id contains the issuer, since two issuers may share a storage. */
async function idOf({ config }: Core, userCode: string): Promise<string> {
  return sha256(JSON.stringify([config.issuer, userCode.toUpperCase().replaceAll(/[^A-Z]/g, '')]))
}

/** Makes a code of eight of twenty letters that form no words. It has 34 bits, and guessing is rate limited. */
function createUserCode({ random }: Core): string {
  const letters = 'BCDFGHJKLMNPQRSTVWXZ'
  let code = ''
  while (code.length < 8) {
    for (const byte of random.bytes(8)) if (byte < 240 && code.length < 8) code += letters.charAt(byte % 20)
  }
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

function unknownCode(): OAuthError {
  return new OAuthError('invalid_request', 'this code is unknown, has expired or was answered already')
}

function unknownDevice(): OAuthError {
  return new OAuthError('invalid_grant', 'the device code is unknown or was used before')
}
