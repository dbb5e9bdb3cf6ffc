import { createHash, randomUUID } from 'node:crypto'
import type { RegisteredClient } from '@oauth/core'
import { type DpopOptions, dpop } from '@oauth/core/features/dpop'
import { calculateJwkThumbprint, type JWK, SignJWT } from 'jose'
import { type Answer, authorize, credentials, type Parameters, post, redirectUri } from './client.ts'
import { type ClientKey, clientKey } from './client-keys.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

export function dpopWorld(options: DpopOptions = {}, world: WorldOptions = {}): World {
  return createQuickWorld({ ...world, features: [dpop(options), ...(world.features ?? [])] })
}

/** A key of a client, by its name. Keys are made once. */
export const proofKey = (name = 'dpop-1', algorithm = 'ES256'): Promise<ClientKey> => clientKey(algorithm, name)

export async function thumbprintOf(key?: ClientKey): Promise<string> {
  return calculateJwkThumbprint((key ?? (await proofKey())).publicJwk)
}

/** What a proof says otherwise than a good one. A member that is `undefined` is left out. */
export interface ProofChanges {
  readonly key?: ClientKey
  /** The key that signs, when it is not the one in the header. */
  readonly signWith?: ClientKey
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
  /** The access token of the request. */
  readonly accessToken?: string
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** Makes a proof for a request to the token endpoint by POST, unless the changes say otherwise. */
export async function makeProof(world: World, changes: ProofChanges = {}): Promise<string> {
  const key = changes.key ?? (await proofKey())
  const { kid: _, ...jwk } = key.publicJwk as JWK
  const claims = {
    jti: randomUUID(),
    htm: 'POST',
    htu: `${world.issuer}/oauth2/token`,
    iat: world.clock.now(),
    ...(changes.accessToken !== undefined && { ath: hashOf(changes.accessToken) }),
    ...changes.claims,
  }
  const header = { alg: key.algorithm, typ: 'dpop+jwt', jwk, ...changes.header }
  return new SignJWT(withoutUndefined(claims))
    .setProtectedHeader(withoutUndefined(header) as { alg: string })
    .sign((changes.signWith ?? key).privateKey)
}

const withoutUndefined = (members: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

/** Posts to an endpoint as a client, with the proof when there is one. */
export function postWithProof(
  world: World,
  client: RegisteredClient,
  form: Parameters,
  proof: string | undefined,
  path = '/oauth2/token',
): Promise<Answer> {
  const { headers, form: own } = credentials(client)
  return post(world, path, { ...own, ...form }, { ...headers, ...(proof !== undefined && { dpop: proof }) })
}

/** Authorizes, and returns a function that redeems the code with a proof, or without one. */
export async function authorizeForProof(world: World, client: RegisteredClient, parameters: Parameters = {}) {
  const { code, pkce } = await authorize(world, client, parameters)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
  return {
    form,
    redeem: async (changes: ProofChanges | undefined = {}, more: Parameters = {}): Promise<Answer> =>
      postWithProof(world, client, { ...form, ...more }, await makeProof(world, changes)),
    redeemWithoutProof: (): Promise<Answer> => postWithProof(world, client, form, undefined),
  }
}

export async function refreshWithProof(
  world: World,
  client: RegisteredClient,
  refreshToken: string,
  changes: ProofChanges | undefined,
): Promise<Answer> {
  const proof = changes && (await makeProof(world, changes))
  return postWithProof(world, client, { grant_type: 'refresh_token', refresh_token: refreshToken }, proof)
}

/** Makes a proof for userinfo by GET. */
export function userinfoProof(world: World, accessToken: string, changes: ProofChanges = {}): Promise<string> {
  const claims = { htm: 'GET', htu: `${world.issuer}/oauth2/userinfo`, ...changes.claims }
  return makeProof(world, { accessToken, ...changes, claims })
}

/** Calls userinfo with these headers. */
export async function userinfoWith(world: World, headers: Record<string, string>): Promise<Answer> {
  const response = await world.provider.fetch(new Request(`${world.issuer}/oauth2/userinfo`, { headers }))
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** Calls userinfo with an access token and a proof of the key. */
export async function userinfoAs(
  world: World,
  accessToken: string,
  changes: ProofChanges = {},
  scheme = 'DPoP',
): Promise<Answer> {
  const proof = await userinfoProof(world, accessToken, changes)
  return userinfoWith(world, { authorization: `${scheme} ${accessToken}`, dpop: proof })
}
