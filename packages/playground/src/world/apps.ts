import type { ClientInput } from '@oauth/core'
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { Pair, Parameters } from './exchange.ts'
import { places } from './places.ts'
import type { World } from './world.ts'

/** A key pair of an app. */
export interface Keys {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

/** A client with what it knows of itself. */
export interface App {
  readonly id: string
  readonly name: string
  /** Absent for a public client. */
  readonly secret?: string
  readonly redirectUri: string
  /** The key of its DPoP proofs. */
  readonly proofKeys: Keys
  /** The key of its signed requests. */
  readonly signingKeys: Keys
}

export interface AppInput {
  readonly id: string
  readonly name: string
  readonly confidential?: boolean
  readonly redirectUri?: string
  readonly scope?: string
  readonly grantTypes?: readonly string[]
  /** Further client metadata. */
  readonly metadata?: object
}

export async function createKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const jwk = await exportJWK(publicKey)
  return { privateKey, publicJwk: { ...jwk, alg: 'ES256', kid: await calculateJwkThumbprint(jwk) } }
}

/** Registers a client on the server side, as the code of a host does. */
export async function registerApp(world: World, input: AppInput): Promise<App> {
  const { id, name, confidential = false, redirectUri = places.callback } = input
  const grantTypes = input.grantTypes ?? ['authorization_code', 'refresh_token']
  const hasCode = grantTypes.includes('authorization_code')
  const { jar, pairwise, consent } = world.switches
  const signingKeys = await createKeys()
  const signs = jar || world.description.features.some((feature) => feature.name === 'jwtSecuredRequests')
  const metadata = {
    client_id: id,
    client_name: name,
    redirect_uris: hasCode ? [redirectUri] : [],
    grant_types: grantTypes,
    token_endpoint_auth_method: confidential ? 'client_secret_basic' : 'none',
    scope: input.scope ?? 'openid profile email offline_access notes:read',
    ...(signs && hasCode && { jwks: { keys: [signingKeys.publicJwk] } }),
    ...(pairwise && hasCode && { subject_type: 'pairwise' }),
    ...(!consent && hasCode && { skip_consent: true }),
    ...input.metadata,
  }
  // The metadata is made at run time, so the compiler cannot know the names of grant types.
  const registered = await world.provider.registerClient(metadata as ClientInput)
  const secret = registered.client_secret
  return { id, name, redirectUri, signingKeys, proofKeys: await createKeys(), ...(secret !== undefined && { secret }) }
}

/** Returns how an app says who it is: a header with its secret, or its id as a parameter. */
export function credentials(app: App): { readonly headers: readonly Pair[]; readonly parameters: Parameters } {
  const { id, secret } = app
  if (secret === undefined) return { headers: [], parameters: { client_id: id } }
  return { headers: [['authorization', `Basic ${btoa(`${id}:${secret}`)}`]], parameters: {} }
}

/** Makes a proof that an app has its key, for one request (RFC 9449 section 4). */
export async function makeProof(
  world: World,
  keys: Keys,
  { method, url, accessToken }: { readonly method: string; readonly url: string; readonly accessToken?: string },
): Promise<Pair> {
  const ath = accessToken === undefined ? {} : { ath: await sha256(accessToken) }
  const { kty, crv, x, y } = keys.publicJwk
  const jwk = { kty, crv, x, y } as JWK
  const proof = await new SignJWT({ jti: crypto.randomUUID(), htm: method, htu: url, iat: world.now(), ...ath })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
    .sign(keys.privateKey)
  return ['dpop', proof]
}

/** Returns the headers with which an app presents an access token: `Bearer`, or `DPoP` with a proof. */
export async function presentToken(
  world: World,
  app: App,
  request: { readonly method: string; readonly url: string; readonly accessToken: string },
): Promise<readonly Pair[]> {
  if (!world.switches.dpop) return [['authorization', `Bearer ${request.accessToken}`]]
  return [['authorization', `DPoP ${request.accessToken}`], await makeProof(world, app.proofKeys, request)]
}

/** Makes a signed authorization request (RFC 9101). */
export function signRequest(world: World, app: App, parameters: Parameters, keys: Keys = app.signingKeys) {
  const claims = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined))
  return new SignJWT(claims)
    .setProtectedHeader({
      typ: 'oauth-authz-req+jwt',
      alg: 'ES256',
      ...(keys.publicJwk.kid !== undefined && { kid: keys.publicJwk.kid }),
    })
    .setIssuer(app.id)
    .setAudience(places.issuer)
    .setNotBefore(world.now())
    .setExpirationTime(world.now() + 300)
    .sign(keys.privateKey)
}

/** Returns the SHA-256 hash of a text, as base64url. */
export async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return base64url(digest)
}

/** Returns random characters, for `state`, `nonce` and verifiers. */
export function randomText(bytes: number): string {
  return base64url(crypto.getRandomValues(new Uint8Array(bytes)))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
