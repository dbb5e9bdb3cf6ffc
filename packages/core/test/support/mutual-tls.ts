import type { ClientInput, RegisteredClient } from '@oauth/core'
import { type ClientCertificate, type MutualTlsOptions, mutualTls } from '@oauth/core/features/mutual-tls'
import { type CertificateFacts, makeCertificate, type TestCertificate } from './certificates.ts'
import {
  type Answer,
  authorize,
  credentials,
  type Parameters,
  post,
  redirectUri,
  registerConfidential,
} from './client.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

/** The header in which the tests' TLS layer says what the client presented. Adapters hand it on as it is. */
const header = 'x-test-certificate'

/** A world whose TLS layer is the header of these tests. */
export function mutualTlsWorld(options: Partial<MutualTlsOptions> = {}, world: WorldOptions = {}): World {
  const features = [mutualTls({ clientCertificate: readPresented, ...options }), ...(world.features ?? [])]
  return createQuickWorld({ ...world, features })
}

/** The function of the host in these tests. */
export function readPresented(request: Request): ClientCertificate | undefined {
  const value = request.headers.get(header)
  if (value === null) return undefined
  const [verified, bytes = ''] = value.split(' ')
  return { certificate: new Uint8Array(Buffer.from(bytes, 'base64')), chainVerified: verified === 'verified' }
}

/** The headers of a request over a TLS connection with this certificate. */
export function over(
  certificate: TestCertificate | Uint8Array | undefined,
  chainVerified = true,
): Record<string, string> {
  if (certificate === undefined) return {}
  const der = certificate instanceof Uint8Array ? certificate : certificate.der
  return { [header]: `${chainVerified ? 'verified' : 'unverified'} ${Buffer.from(der).toString('base64')}` }
}

/** Makes a certificate that is valid for an hour around the time of the world. */
export function certificateIn(world: World, name: string, facts: CertificateFacts = {}): TestCertificate {
  const now = world.clock.now()
  return makeCertificate(name, { notBefore: now - 3600, notAfter: now + 3600, ...facts })
}

export const subjectOf = (name: string): string => `CN=${name},O=Example,C=DE`

/** Registers a client that authenticates with a certificate of this common name. */
export function registerTls(world: World, name: string, input: ClientInput = {}): Promise<RegisteredClient> {
  return registerConfidential(world, {
    token_endpoint_auth_method: 'tls_client_auth',
    tls_client_auth_subject_dn: subjectOf(name),
    ...input,
  })
}

export const machine = { grant_type: 'client_credentials', scope: 'notes:read' } as const

/** Posts as a client over a connection with this certificate. A client that authenticates by it sends its id alone. */
export function postOver(
  world: World,
  client: RegisteredClient,
  headers: Record<string, string>,
  form: Parameters = machine,
  path = '/oauth2/token',
): Promise<Answer> {
  const byCertificate = client.token_endpoint_auth_method.endsWith('tls_client_auth')
  const own = byCertificate ? { headers: {}, form: { client_id: client.client_id } } : credentials(client)
  return post(world, path, { ...own.form, ...form }, { ...own.headers, ...headers })
}

/** Authorizes, and returns a function that redeems the code over a connection. */
export async function authorizeForCertificate(world: World, client: RegisteredClient, parameters: Parameters = {}) {
  const { code, pkce } = await authorize(world, client, parameters)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: pkce.verifier }
  return (headers: Record<string, string>, more: Parameters = {}): Promise<Answer> =>
    postOver(world, client, headers, { ...form, ...more })
}

export function refreshOver(
  world: World,
  client: RegisteredClient,
  headers: Record<string, string>,
  refreshToken: string,
): Promise<Answer> {
  return postOver(world, client, headers, { grant_type: 'refresh_token', refresh_token: refreshToken })
}

export async function userinfoOver(
  world: World,
  headers: Record<string, string>,
  accessToken: string,
): Promise<Answer> {
  const authorization = `Bearer ${accessToken}`
  const response = await world.provider.fetch(
    new Request(`${world.issuer}/oauth2/userinfo`, { headers: { ...headers, authorization } }),
  )
  return { status: response.status, headers: response.headers, body: await response.json() }
}
