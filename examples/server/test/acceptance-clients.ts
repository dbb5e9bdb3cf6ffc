import { compactDecrypt, exportJWK, generateKeyPair } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { expect } from 'vitest'
import { metadata, type Running, redirectUri } from './acceptance-support.ts'

// What clients do in the tests with independent client libraries: keys, requests, and the browser of the user.

/** Makes a key of a client: the public part to register, and the private one for `oauth.PrivateKeyJwt`. */
export async function makeKeys(): Promise<{
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] }
  readonly signer: oauth.PrivateKey
}> {
  const { publicKey, privateKey } = await oauth.generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }
  return { jwks: { keys: [jwk] }, signer: { key: privateKey, kid: 'key-1' } }
}

/** Makes a key to which the server encrypts for a client: the public part, the private one, and `oauth.jweDecrypt`. */
export async function makeDecryptionKey(alg: 'RSA-OAEP-256' | 'ECDH-ES'): Promise<{
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] }
  readonly privateKey: CryptoKey
  readonly decrypt: (jwe: string) => Promise<string>
}> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), use: 'enc', kid: 'enc-1', alg }
  const decrypt = async (jwe: string): Promise<string> => {
    const { plaintext } = await compactDecrypt(jwe, privateKey, { keyManagementAlgorithms: [alg] })
    return new TextDecoder().decode(plaintext)
  }
  return { jwks: { keys: [jwk] }, privateKey, decrypt }
}

/** Makes the parameters of a code flow with PKCE, and what both libraries need to know of them afterwards. */
export async function makeRequest(parameters: Readonly<Record<string, string>> = {}): Promise<{
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly parameters: Record<string, string>
  /** The checks of `openid.authorizationCodeGrant`. */
  readonly checks: openid.AuthorizationCodeGrantChecks
}> {
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
  const verifier = oauth.generateRandomCodeVerifier()
  return {
    ...{ state, nonce, verifier },
    parameters: {
      ...{ redirect_uri: redirectUri, response_type: 'code', scope: String(metadata.scope), state, nonce },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      ...parameters,
    },
    checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
  }
}

/** Returns the authorization request of a client with these parameters. */
export function authorizationUrl(as: oauth.AuthorizationServer, parameters: Readonly<Record<string, string>>): URL {
  const url = new URL(String(as.authorization_endpoint))
  url.search = new URLSearchParams(parameters).toString()
  return url
}

/** What `openid.discovery` gets beside the server: the client's own metadata, and functions that change the configuration. */
export interface ClientSettings {
  readonly metadata?: Partial<openid.ClientMetadata>
  readonly execute?: readonly ((config: openid.Configuration) => void)[]
}

/** Configures openid-client for a client of this server, by discovery. */
export async function configure(
  { provider }: Running,
  clientId: string,
  auth: openid.ClientAuth,
  { metadata, execute = [] }: ClientSettings = {},
): Promise<openid.Configuration> {
  return openid.discovery(new URL(provider.issuer), clientId, metadata, auth, {
    execute: [openid.allowInsecureRequests, ...execute],
  })
}

/** Runs a request again with the nonce that the server has just sent, as oauth4webapi demands of its user. */
export async function withNonce<Value>(
  request: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly repeated: boolean }> {
  try {
    return { value: await request(), repeated: false }
  } catch (error) {
    expect(oauth.isDPoPNonceError(error)).toBe(true)
    return { value: await request(), repeated: true }
  }
}

/** Follows an authorization request to the redirect URI, as a browser whose user is signed in. */
export async function callbackOf(url: URL, browser: typeof fetch = fetch): Promise<URL> {
  const response = await browser(url, { redirect: 'manual' })
  return new URL(String(response.headers.get('location')))
}

/** Goes to the consent page as a browser whose user is signed in, and returns its address and what it is about. */
export async function consentPage({ provider }: Running, url: URL) {
  const asked = await fetch(url, { redirect: 'manual' })
  const cookies = asked.headers.getSetCookie().map((one) => one.split(';')[0])
  const cookie = cookies.join('; ')
  const page = String(asked.headers.get('location'))
  const context = await provider.resolveLoginContext(new Request(page, { headers: { cookie } }))
  /** Posts the form, and returns where the browser goes next. */
  const accept = async (fields: Readonly<Record<string, string>>): Promise<URL> => {
    const response = await fetch(context.consentEndpoint, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: new URL(provider.issuer).origin },
      body: new URLSearchParams({ state: context.state, accept: 'true', ...fields }),
    })
    return new URL(String(response.headers.get('location')))
  }
  return { page, context, accept }
}
