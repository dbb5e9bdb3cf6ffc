import type { ClientInput, Feature, RegisteredClient } from '@oauth/core'
import { jwtBearer, type TrustedIssuer } from '@oauth/core/features/jwt-bearer'
import { type Answer, type Parameters, postAs, redirectUri, registerConfidential } from './client.ts'
import { clientKey, signJwt } from './client-keys.ts'
import { createQuickWorld } from './tokens.ts'
import { alice, type World, type WorldOptions } from './world.ts'

export const jwtBearerName = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
export const idJagTyp = 'oauth-id-jag+jwt'
/** The identity provider whose assertions the tests trust. */
export const idp = 'https://acme.idp.example'

type Loose = Readonly<Record<string, unknown>>

/** An entry of the option `issuers` whose mapping knows Alice. */
export async function trustedIdp(changes: Loose = {}): Promise<TrustedIssuer> {
  const { publicJwk } = await clientKey('ES256', 'idp-1')
  const entry = {
    issuer: idp,
    jwks: { keys: [publicJwk] },
    mapClaims: ({ sub }: Loose) => (sub === 'U-alice' ? { userId: alice.id } : undefined),
    ...changes,
  }
  return entry as unknown as TrustedIssuer
}

export interface AssertionWorldOptions {
  readonly entry?: Loose
  readonly world?: WorldOptions
  readonly features?: readonly Feature[]
  readonly client?: ClientInput
}

/** A world that trusts an identity provider, and a client that presents its assertions. */
export async function assertionWorld({
  entry = {},
  world: options,
  features = [],
  client: input,
}: AssertionWorldOptions = {}) {
  const feature = jwtBearer({ issuers: [await trustedIdp(entry)] })
  const world = createQuickWorld({ features: [feature, ...features], ...options })
  const client = await registerConfidential(world, {
    grant_types: [jwtBearerName],
    redirect_uris: [],
    scope: 'openid email offline_access notes:read notes:write',
    ...input,
  })
  const isIdJag = entry.profile === 'id-jag'
  const make = (changes: Loose = {}, header: Loose = {}) =>
    makeAssertion(world, client, changes, { ...(isIdJag && { typ: idJagTyp }), ...header })
  const ask = (assertion: string, form: Parameters = {}) => askWith(world, client, assertion, form)
  return { world, client, make, ask }
}

let counter = 0

export async function makeAssertion(
  world: World,
  client: { readonly client_id: string },
  changes: Loose = {},
  header: Loose = {},
): Promise<string> {
  const key = await clientKey('ES256', 'idp-1')
  const now = world.clock.now()
  const idJag = header.typ === idJagTyp
  const claims = {
    iss: idp,
    sub: 'U-alice',
    aud: world.issuer,
    iat: now,
    exp: now + 300,
    jti: `assertion-${++counter}`,
    ...(idJag && { client_id: client.client_id }),
    ...changes,
  }
  return signJwt(key.privateKey, { alg: 'ES256', kid: 'idp-1', ...header }, claims)
}

export function askWith(
  world: World,
  client: RegisteredClient,
  assertion: string,
  form: Parameters = {},
): Promise<Answer> {
  return postAs(world, client, '/oauth2/token', { grant_type: jwtBearerName, assertion, ...form })
}

/** The true reason of the last refusal, for the host alone. */
export function lastCause(world: World): string {
  const event = world.events.findLast(({ type }) => type === 'request.refused')
  return event?.type === 'request.refused' ? String(event.cause) : ''
}

export { redirectUri }
