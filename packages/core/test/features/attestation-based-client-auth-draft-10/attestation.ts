import { randomUUID } from 'node:crypto'
import type { ClientInput, RegisteredClient } from '@oauth/core'
import {
  type AttestationBasedClientAuthDraft10Options,
  experimentalAttestationBasedClientAuthDraft10,
} from '@oauth/core/features/attestation-based-client-auth-draft-10'
import { type Answer, type Authorized, authorize, type Parameters, post, redirectUri } from '../../support/client.ts'
import { type ClientKey, clientKey, signJwt } from '../../support/client-keys.ts'
import { makeProof } from '../../support/dpop.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import type { World, WorldOptions } from '../../support/world.ts'

type Loose = { readonly [name: string]: unknown }
type Options = Partial<AttestationBasedClientAuthDraft10Options>

export const method = 'attest_jwt_client_auth'
export const dpopMethod = 'attest_jwt_client_auth_dpop'
export const challengeHeader = 'oauth-client-attestation-challenge'
export const challengePath = '/oauth2/attestation-challenge'
export const machine = { grant_type: 'client_credentials', scope: 'notes:read' }

/** The key of the attester, and those of two phones. */
export const attesterKey = (): Promise<ClientKey> => clientKey('ES256', 'attester-1')
export const phone = (): Promise<ClientKey> => clientKey('ES256', 'phone-1')
export const otherPhone = (): Promise<ClientKey> => clientKey('ES256', 'phone-2')

export const keysOf = (...keys: readonly ClientKey[]) => ({ keys: keys.map(({ publicJwk }) => ({ ...publicJwk })) })

/** The feature with one attester, which may attest every client but `foreign`. */
export async function attestationFeature(options: Options = {}) {
  const attester = {
    name: 'app backend',
    jwks: keysOf(await attesterKey()),
    clients: ({ id }: { readonly id: string }) => id !== 'foreign',
  }
  return experimentalAttestationBasedClientAuthDraft10({ attesters: [attester], ...options })
}

export async function attestedWorld(options: Options = {}, { features = [], ...world }: WorldOptions = {}) {
  return createQuickWorld({ ...world, features: [...features, await attestationFeature(options)] })
}

export function registerAttested(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return world.provider.registerClient({
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: 'openid profile email offline_access notes:read',
    token_endpoint_auth_method: method,
    ...input,
  })
}

/** What a request says otherwise than a good one. A member that is `undefined` is left out. */
export interface Changes {
  /** The key of the instance: it is in the attestation, and signs the proof. */
  readonly key?: ClientKey
  /** What signs the attestation, when it is not the attester. */
  readonly attestWith?: ClientKey['privateKey'] | Uint8Array
  readonly attestationHeader?: Loose
  readonly attestation?: Loose
  /** What signs the proof, when it is not the key of the instance. */
  readonly proveWith?: ClientKey['privateKey'] | Uint8Array
  readonly popHeader?: Loose
  readonly pop?: Loose
  /** The path of the endpoint. */
  readonly path?: string
  readonly headers?: Record<string, string>
}

/** Gets a challenge of the server. */
export async function challengeOf(world: World): Promise<string> {
  return (await post(world, challengePath, {})).body.attestation_challenge
}

export async function makeAttestation(
  world: World,
  { client_id }: { readonly client_id: string },
  { key, attestWith, attestationHeader, attestation }: Changes = {},
): Promise<string> {
  const attester = await attesterKey()
  const { kid: _, ...jwk } = (key ?? (await phone())).publicJwk
  const now = world.clock.now()
  return signJwt(
    attestWith ?? attester.privateKey,
    { typ: 'oauth-client-attestation+jwt', alg: attester.algorithm, kid: attester.kid, ...attestationHeader },
    { sub: client_id, iat: now, exp: now + 3600, cnf: { jwk }, ...attestation },
  )
}

export async function makePop(world: World, { key, proveWith, popHeader, pop }: Changes = {}): Promise<string> {
  const own = key ?? (await phone())
  const challenge = pop !== undefined && 'challenge' in pop ? pop.challenge : await challengeOf(world)
  return signJwt(
    proveWith ?? own.privateKey,
    { typ: 'oauth-client-attestation-pop+jwt', alg: own.algorithm, ...popHeader },
    { aud: world.issuer, jti: randomUUID(), iat: world.clock.now(), challenge, ...pop },
  )
}

/** The two headers of a client instance. */
export async function attestationHeaders(
  world: World,
  client: { readonly client_id: string },
  changes: Changes = {},
): Promise<Record<string, string>> {
  return {
    'OAuth-Client-Attestation': await makeAttestation(world, client, changes),
    'OAuth-Client-Attestation-PoP': await makePop(world, changes),
    ...changes.headers,
  }
}

/** Posts a form as an instance of the client; by default it asks for a machine token. */
export async function postAttested(
  world: World,
  client: { readonly client_id: string },
  form: Parameters = machine,
  changes: Changes = {},
): Promise<Answer> {
  return post(world, changes.path ?? '/oauth2/token', form, await attestationHeaders(world, client, changes))
}

/** Posts a form with an attestation and a DPoP proof of the same key, the combined mode. */
export async function postCombined(
  world: World,
  client: { readonly client_id: string },
  form: Parameters = machine,
  { proof = {}, ...changes }: Changes & { readonly proof?: Parameters } = {},
): Promise<Answer> {
  const path = changes.path ?? '/oauth2/token'
  const key = changes.key ?? (await phone())
  const nonce = 'nonce' in proof ? proof.nonce : await challengeOf(world)
  const claims = { htu: world.issuer + path, ...proof, nonce }
  return post(world, path, form, {
    'OAuth-Client-Attestation': await makeAttestation(world, client, changes),
    dpop: await makeProof(world, { key, claims }),
    ...changes.headers,
  })
}

/** The form that redeems a code. */
export const redemption = ({ code, pkce }: Pick<Authorized, 'code' | 'pkce'>): Parameters => ({
  ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier },
})

export const refreshForm = (token: string): Parameters => ({ grant_type: 'refresh_token', refresh_token: token })

/** Signs Alice in, and returns the tokens of the instance. */
export async function attestedTokens(world: World, client: RegisteredClient, changes: Changes = {}) {
  const authorized = await authorize(world, client)
  const answer = await postAttested(world, client, redemption(authorized), changes)
  if (answer.status !== 200) throw new Error(`no tokens: ${JSON.stringify(answer.body)}`)
  return answer.body
}
