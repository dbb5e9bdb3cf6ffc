import type { AuthorizationServer } from 'oauth4webapi'
import { resolveAlgorithms } from './algorithms.ts'
import { invalid } from './claims.ts'
import type { Clock } from './clock.ts'
import { discover, endpointOf } from './discovery.ts'
import { type Introspection, introspect } from './introspection.ts'
import { looksLikeJwt, verifyJwt } from './jwt.ts'
import { createRemoteKeys } from './keys.ts'
import { refuseUnknownOptions, resolveSeconds } from './options.ts'
import { boundedFetch, type Outbound } from './outbound.ts'
import { remember } from './remember.ts'
import { createTokenCache } from './token-cache.ts'
import type { IntrospectionOptions, RemoteVerifierOptions } from './token-verifier-options.ts'
import { parseIssuer, parseSecureUrl } from './url.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Seconds after a failure until the next request to the authorization server. */
const retrySeconds = 5

type Verification = (token: string) => Promise<VerifiedToken>

/**
 * Makes the verification that needs the authorization server. It fetches nothing before the first token.
 * @throws {TypeError} when an option is unknown, missing or wrong
 */
export function createRemoteVerification(
  options: RemoteVerifierOptions,
  clock: Clock,
  clockTolerance: number,
): Verification {
  refuseUnknownOptions('createTokenVerifier', options, known)
  const { issuer, audience, introspection } = options
  parseIssuer(issuer, 'issuer')
  const fetch = boundedFetch(
    options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    resolveSeconds('timeout', options.timeout, 5, { least: 0.001, most: 300 }),
  )
  const metadata = rememberMetadata(options, fetch, clock)
  const expected = { issuer, audience, clockTolerance }
  const jwt = {
    ...expected,
    clock,
    algorithms: resolveAlgorithms(options.algorithms),
    keys: resolveKeys(options, fetch, metadata, clock),
  }
  const ask =
    introspection === undefined
      ? undefined
      : createIntrospection(
          introspection,
          {
            ...expected,
            fetch,
            endpoint: resolveEndpoint(introspection, metadata),
            tokenTypes: tokenTypesOf(options),
            signed: introspection.signedResponses === true ? jwt : undefined,
          },
          clock,
        )

  return async (token) => {
    if (looksLikeJwt(token)) {
      const verified = await verifyJwt(token, jwt)
      if (introspection?.jwts !== true || ask === undefined) return verified
      const introspected = await ask(token)
      // The signed claims say which keys the token is bound to, also when the introspection response does not.
      const cnf = verified.cnf === undefined ? introspected.cnf : { ...introspected.cnf, ...verified.cnf }
      return cnf === undefined ? introspected : { ...introspected, cnf }
    }
    if (ask === undefined) throw invalid(undefined, 'it is no JWT, and the option introspection is not set')
    return ask(token)
  }
}

const known: readonly string[] = [
  ...['issuer', 'audience', 'introspection', 'jwksUri', 'discovery', 'algorithms', 'timeout', 'jwksCacheSeconds'],
  ...['jwksCooldownSeconds', 'metadataCacheSeconds', 'clockTolerance', 'clock', 'fetch', 'verifyWith'],
  'senderConstraints',
]

function tokenTypesOf({ senderConstraints = [] }: RemoteVerifierOptions): readonly string[] {
  return ['bearer', ...senderConstraints.map(({ scheme }) => scheme.toLowerCase())]
}

function rememberMetadata(
  options: RemoteVerifierOptions,
  fetch: Outbound,
  clock: Clock,
): () => Promise<AuthorizationServer> {
  const { issuer, discovery } = options
  const seconds = resolveSeconds('metadataCacheSeconds', options.metadataCacheSeconds, 3600)
  return remember(() => discover(issuer, fetch, discovery), { seconds, retrySeconds, clock })
}

function resolveKeys(
  options: RemoteVerifierOptions,
  fetch: Outbound,
  metadata: () => Promise<AuthorizationServer>,
  clock: Clock,
) {
  const own = options.jwksUri === undefined ? undefined : parseSecureUrl(options.jwksUri, 'jwksUri')
  const discovered = async (): Promise<URL | undefined> => {
    const server = await metadata()
    return server.jwks_uri === undefined ? undefined : endpointOf(server, 'jwks_uri')
  }
  return createRemoteKeys(own === undefined ? discovered : async () => own, {
    fetch,
    cacheSeconds: resolveSeconds('jwksCacheSeconds', options.jwksCacheSeconds, 600),
    cooldownSeconds: resolveSeconds('jwksCooldownSeconds', options.jwksCooldownSeconds, 30),
    retrySeconds,
    clock,
  })
}

function resolveEndpoint(
  options: IntrospectionOptions,
  metadata: () => Promise<AuthorizationServer>,
): () => Promise<URL> {
  const own = options.endpoint === undefined ? undefined : parseSecureUrl(options.endpoint, 'introspection.endpoint')
  return own === undefined ? async () => endpointOf(await metadata(), 'introspection_endpoint') : async () => own
}

function createIntrospection(
  options: IntrospectionOptions,
  introspection: Omit<Introspection, 'client'>,
  clock: Clock,
): Verification {
  refuseUnknownOptions('introspection', options, [
    ...['clientId', 'clientSecret', 'authMethod', 'endpoint', 'cacheSeconds', 'jwts', 'signedResponses'],
  ])
  if (!options.clientId || !options.clientSecret) throw new TypeError('introspection: needs clientId and clientSecret')
  const cache = createTokenCache(resolveSeconds('introspection.cacheSeconds', options.cacheSeconds, 0, { most: 300 }))
  return async (token) => {
    const now = clock.now()
    const cached = await cache.get(token, now)
    if (cached !== undefined) return cached
    const verified = await introspect(token, { ...introspection, client: options }, now)
    await cache.set(token, verified, now)
    return verified
  }
}
