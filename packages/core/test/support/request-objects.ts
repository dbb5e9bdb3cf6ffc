import type { ClientInput, RegisteredClient } from '@oauth/core'
import { type JwtSecuredRequestsOptions, jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import type { Browser } from './browser.ts'
import { createPkce, type Parameters, type Pkce, redirectUri, registerConfidential } from './client.ts'
import { type ClientKey, clientKey, signJwt } from './client-keys.ts'
import { encodeJson } from './keys.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

type Loose = { readonly [name: string]: unknown }

export interface RequestObjectWorld {
  readonly world: World
  readonly client: RegisteredClient
  readonly key: ClientKey
  readonly pkce: Pkce
  readonly browser: Browser
  /** The claims of a valid request object, with these changes. */
  claims(changes?: Loose): Loose
  /** Signs a request object as the client. */
  sign(changes?: Loose, header?: Loose): Promise<string>
  /** Makes an unsigned request object (`alg: none`). */
  unsigned(changes?: Loose, header?: Loose): string
  /** Sends one authorization request, with `client_id` unless the caller removes it. It does not follow redirects. */
  ask(parameters: Parameters): Promise<Response>
  url(parameters: Parameters): string
}

/** A server that accepts request objects, and a client that signs them. */
export async function requestObjectWorld(
  options: JwtSecuredRequestsOptions = {},
  input: ClientInput = {},
  worldOptions: WorldOptions = {},
): Promise<RequestObjectWorld> {
  const world = createQuickWorld({ features: [jwtSecuredRequests(options)], ...worldOptions })
  const key = await clientKey()
  const keys = input.jwks_uri === undefined ? { jwks: { keys: [{ ...key.publicJwk }] } } : {}
  const client = await registerConfidential(world, { ...keys, ...input })
  const pkce = createPkce()
  const browser = world.browser()
  const claims = (changes: Loose = {}): Loose => {
    const now = world.clock.now()
    return {
      iss: client.client_id,
      aud: world.issuer,
      ...{ iat: now, nbf: now, exp: now + 60, jti: 'request-object' },
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid email',
      state: 'inner-state',
      nonce: 'inner-nonce',
      code_challenge: pkce.challenge,
      code_challenge_method: 'S256',
      ...changes,
    }
  }
  const url = (parameters: Parameters): string => {
    const all = { client_id: client.client_id, ...parameters }
    const pairs = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined)
    return `${world.issuer}/oauth2/authorize?${new URLSearchParams(pairs)}`
  }
  return {
    ...{ world, client, key, pkce, browser, claims, url },
    sign: (changes = {}, header = {}) =>
      signJwt(
        key.privateKey,
        { alg: key.algorithm, kid: key.kid, typ: 'oauth-authz-req+jwt', ...header },
        claims(changes),
      ),
    unsigned: (changes = {}, header = {}) =>
      `${encodeJson({ alg: 'none', ...header })}.${encodeJson(claims(changes))}.`,
    ask: (parameters) => browser.request(url(parameters)),
  }
}
