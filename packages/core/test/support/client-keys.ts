import type { ClientInput, RegisteredClient } from '@oauth/core'
import { type PrivateKeyJwtOptions, privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import { type Answer, allGrants, type Parameters, post, redirectUri } from './client.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

/** A client's key pair. */
export interface ClientKey {
  readonly algorithm: string
  readonly kid: string
  readonly publicJwk: JWK
  readonly privateKey: CryptoKey
}

const made = new Map<string, Promise<ClientKey>>()

/** Returns the key pair of this name. It is generated once, since generating RSA keys is slow. */
export function clientKey(algorithm = 'ES256', kid = 'key-1'): Promise<ClientKey> {
  const name = `${algorithm} ${kid}`
  const known = made.get(name) ?? makeKey(algorithm, kid)
  made.set(name, known)
  return known
}

async function makeKey(algorithm: string, kid: string): Promise<ClientKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true })
  return { algorithm, kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid } }
}

type Loose = { readonly [name: string]: unknown }

/** Signs a JWT as a client. A claim or header member that is `undefined` is left out. */
export function signJwt(key: CryptoKey | Uint8Array, header: Loose, claims: Loose): Promise<string> {
  return new SignJWT(JSON.parse(JSON.stringify(claims)) as JWTPayload)
    .setProtectedHeader(JSON.parse(JSON.stringify(header)) as JWTHeaderParameters)
    .sign(key, { crit: { 'urn:example:extension': true } })
}

export function keysWorld(options: PrivateKeyJwtOptions = {}, world: WorldOptions = {}): World {
  return createQuickWorld({ features: [privateKeyJwt(options)], ...world })
}

/** Registers a client that authenticates with this key. */
export async function registerWithKey(
  world: World,
  key: ClientKey,
  input: ClientInput = {},
): Promise<RegisteredClient> {
  return world.provider.registerClient({
    redirect_uris: [redirectUri],
    grant_types: [...allGrants],
    scope: 'openid email offline_access notes:read',
    token_endpoint_auth_method: 'private_key_jwt',
    ...(input.jwks_uri === undefined && { jwks: { keys: [{ ...key.publicJwk }] } }),
    ...input,
  })
}

let counter = 0

/** The claims of a valid assertion, with these changes. */
export function assertionClaims(world: World, clientId: string, changes: Loose = {}): Loose {
  const now = world.clock.now()
  const jti = `assertion-${++counter}`
  return { iss: clientId, sub: clientId, aud: world.issuer, iat: now, nbf: now, exp: now + 60, jti, ...changes }
}

export function assertion(
  world: World,
  client: { readonly client_id: string },
  key: ClientKey,
  changes: Loose = {},
  header: Loose = {},
): Promise<string> {
  const claims = assertionClaims(world, client.client_id, changes)
  return signJwt(key.privateKey, { alg: key.algorithm, kid: key.kid, ...header }, claims)
}

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Posts a form with an assertion. By default the client requests a machine token. */
export function postWith(
  world: World,
  clientAssertion: string,
  form: Parameters = { grant_type: 'client_credentials', scope: 'notes:read' },
  path = '/oauth2/token',
): Promise<Answer> {
  return post(world, path, {
    client_assertion_type: assertionType,
    client_assertion: clientAssertion,
    ...form,
  })
}

/** The reason that the last event gives for refusing a client. */
export function lastReason(world: World): string | undefined {
  const event = world.events.findLast(({ type }) => type === 'client.authentication_failed')
  return event?.type === 'client.authentication_failed' ? event.reason : undefined
}
