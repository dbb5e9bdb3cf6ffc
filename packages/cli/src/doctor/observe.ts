import { isAnswer, type Probe, type ProbeRequest, probe } from './probe.ts'

/** Everything that the doctor has seen of a server. The checks judge it without further requests. */
export interface Observations {
  /** The issuer as the operator wrote it. */
  readonly issuer: string
  /** RFC 8414: the well-known path stands before the path of the issuer. */
  readonly oauthDocument: Probe
  /** OpenID Connect Discovery: it stands behind the path of the issuer. */
  readonly openidDocument: Probe
  /** The first of the two documents that is JSON. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly jwks?: Probe
  /** A token request of a client that does not exist. */
  readonly tokenError?: Probe
  /** The preflight of a browser for a token request. */
  readonly tokenPreflight?: Probe
  /** An authorization request of a client that does not exist, with {@link marker} in each parameter. */
  readonly authorization?: Probe
  /** A registration with a redirect URI that every server has to refuse. */
  readonly registration?: Probe
  /** The deletion of the client that the registration has made (RFC 7592), where the server offers it. */
  readonly withdrawal?: Probe
}

/** A text that must not come back as HTML. */
export const marker = '<i>oauth-doctor</i>'

/** Where the authorization request asks to be sent: a server that goes there is an open redirect. */
export const foreignRedirectUri = 'https://oauth-doctor.example/callback'

const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** Looks at a server with ten requests. None of them changes anything at a server that checks its requests. */
export async function observe(
  issuer: string,
  seconds: number,
  progress: (text: string) => void,
): Promise<Observations> {
  const send = (url: string, request: ProbeRequest = {}): Promise<Probe> => {
    progress(url)
    return probe(url, request, seconds)
  }
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const oauthDocument = await send(`${origin}/.well-known/oauth-authorization-server${path}`)
  const openidDocument = await send(`${origin}${path}/.well-known/openid-configuration`)
  const documents = [openidDocument, oauthDocument].filter(isAnswer).filter(({ status }) => status === 200)
  const metadata = documents.find(({ json }) => json !== undefined)?.json ?? {}
  const at = async (name: string, call: (url: string) => Promise<Probe>): Promise<Probe | undefined> => {
    const url = metadata[name]
    return typeof url === 'string' && URL.canParse(url) ? call(url) : undefined
  }
  const found = {
    jwks: await at('jwks_uri', (url) => send(url)),
    tokenError: await at('token_endpoint', (url) =>
      send(url, { method: 'POST', headers: form, body: new URLSearchParams(tokenRequest) }),
    ),
    tokenPreflight: await at('token_endpoint', (url) => send(url, { method: 'OPTIONS', headers: preflight })),
    authorization: await at('authorization_endpoint', (url) => send(withQuery(url, authorizationRequest))),
    registration: await at('registration_endpoint', (url) =>
      send(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ client_name: 'oauth-doctor', redirect_uris: ['javascript:alert(1)'] }),
      }),
    ),
  }
  const withdrawal = await withdraw(found.registration, send)
  const present = Object.entries({ ...found, withdrawal }).filter(([, one]) => one !== undefined)
  return { issuer, oauthDocument, openidDocument, metadata, ...Object.fromEntries(present) }
}

/** Deletes the client that a registration has made. The access token of the client goes nowhere but to the same server. */
async function withdraw(
  registration: Probe | undefined,
  send: (url: string, request: ProbeRequest) => Promise<Probe>,
): Promise<Probe | undefined> {
  if (!isAnswer(registration)) return undefined
  const { registration_client_uri: uri, registration_access_token: token } = registration.json ?? {}
  if (typeof uri !== 'string' || typeof token !== 'string' || !URL.canParse(uri)) return undefined
  if (new URL(uri).origin !== new URL(registration.url).origin || !/^[\x21-\x7e]+$/.test(token)) return undefined
  return send(uri, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } })
}

const tokenRequest = { grant_type: 'authorization_code', client_id: 'oauth-doctor', code: 'oauth-doctor' }
const preflight = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization, content-type',
}
const authorizationRequest = {
  response_type: 'code',
  client_id: marker,
  redirect_uri: foreignRedirectUri,
  scope: 'openid',
  state: marker,
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}

function withQuery(url: string, parameters: Readonly<Record<string, string>>): string {
  const made = new URL(url)
  for (const [name, value] of Object.entries(parameters)) made.searchParams.set(name, value)
  return made.href
}
