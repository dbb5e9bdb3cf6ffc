import { attestationHeaders, challengePath } from '../../features/attestation-based-client-auth-draft-10/attestation.ts'
import { jwtBearerName, makeAssertion } from '../assertions.ts'
import { cibaForm, cibaGrantType, cibaPath, decideCiba, startCiba } from '../ciba.ts'
import { authorizeUrl, createPkce, credentials, type Parameters } from '../client.ts'
import { assertion, assertionType, clientKey, signJwt } from '../client-keys.ts'
import { answerDevice, deviceGrantType, devicePath, startDevice } from '../device-authorization.ts'
import { introspectionType } from '../jwt-introspection.ts'
import { readForm } from '../logout.ts'
import { register } from '../registration.ts'
import { chat, tokenExchangeName, type } from '../token-exchange.ts'
import { alice, baseUrl } from '../world.ts'
import { type Draft, get, getUrl, type Members, postForm, requestOf, sendJson } from './draft.ts'
import { afterLogout, type ClientName, documentUrl, type Fixture, redirectUriOf } from './fixture.ts'

/** A request to an endpoint whose answer is known, with what it needs: a client, a code, a session. Most are valid. */
export interface ValidRequest {
  /** The endpoint's name in `provider.handlers`. */
  readonly endpoint: string
  /** What sets it apart from other requests to the endpoint. */
  readonly what: string
  /** The status of the answer to the request when it is not mutated. A few requests are refused as they are. */
  readonly status: number
  /** Prepares the server, and makes the request. */
  prepare(fixture: Fixture): Promise<Draft>
  /**
   * Makes the request anew when a mutation of it was refused: with a fresh proof of the client, since a proof works once.
   * Default: the same request.
   */
  again?(fixture: Fixture, draft: Draft): Promise<Draft>
}

const at = ({ world }: Fixture, path: string): string => world.issuer + path
/** The cookies of Alice's browser, and what a page of the host sends beside them. */
const cookies = ({ browser }: Fixture): Members => ({
  cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
})
const ownPage = (fixture: Fixture): Members => ({
  ...cookies(fixture),
  origin: baseUrl,
  'sec-fetch-site': 'same-origin',
})

const authorization = (
  what: string,
  status: number,
  parameters: Parameters,
  name: ClientName = 'notes',
): ValidRequest => ({
  endpoint: 'authorize',
  what,
  status,
  async prepare(fixture) {
    await fixture.authorize(name)
    const client = await fixture.client(name)
    const request = { redirect_uri: redirectUriOf(name), scope: 'openid email', ...parameters }
    return getUrl(authorizeUrl(fixture.world, client, createPkce(), request), cookies(fixture))
  },
})

async function requestObject(fixture: Fixture): Promise<Draft> {
  await fixture.authorize('notes')
  const key = await clientKey()
  const now = fixture.world.clock.now()
  const { challenge } = createPkce()
  const claims = {
    ...{ iss: 'notes', aud: fixture.world.issuer, iat: now, nbf: now, exp: now + 60, jti: 'request-object' },
    ...{ client_id: 'notes', response_type: 'code', redirect_uri: redirectUriOf('notes'), scope: 'openid email' },
    ...{ state: 'inner', nonce: 'inner', code_challenge: challenge, code_challenge_method: 'S256' },
  }
  const header = { alg: key.algorithm, kid: key.kid, typ: 'oauth-authz-req+jwt' }
  const request = await signJwt(key.privateKey, header, claims)
  return get(at(fixture, '/oauth2/authorize'), { client_id: 'notes', request }, cookies(fixture))
}

/** A push of the client `notes` or `desktop`. */
async function pushDraft(fixture: Fixture, name: ClientName): Promise<Draft> {
  const { headers, form } = credentials(await fixture.client(name))
  const { challenge } = createPkce()
  const request = {
    ...{ client_id: name, response_type: 'code', redirect_uri: redirectUriOf(name), scope: 'openid email', state: 's' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', nonce: 'n', resource: 'https://api.example.com' },
  }
  return postForm(at(fixture, '/oauth2/par'), { ...form, ...request }, headers)
}

/** Brings Alice's browser to a page of the host, and returns the URL of the page. */
async function openPage(fixture: Fixture, prompt: string): Promise<string> {
  await fixture.client('notes')
  const parameters = { redirect_uri: redirectUriOf('notes'), scope: 'openid email', prompt }
  const url = authorizeUrl(fixture.world, { client_id: 'notes' }, createPkce(), parameters)
  return (await fixture.browser.visit(url)).url
}

const state = (page: string): Members => ({ state: new URL(page).searchParams.get('state') ?? '' })

const pages: readonly ValidRequest[] = [
  authorization('of a user who has agreed', 302, { nonce: 'n', login_hint: 'alice' }),
  authorization('with prompt=none', 302, { prompt: 'none' }),
  authorization('with every optional parameter', 302, {
    ...{ nonce: 'n', max_age: '9999', display: 'page', ui_locales: 'en de', acr_values: 'a b', response_mode: 'query' },
    ...{ resource: 'https://api.example.com', claims: '{"id_token":{"email":{"essential":true},"auth_time":null}}' },
  }),
  authorization('by form_post', 200, { response_mode: 'form_post' }),
  authorization('with a signed response', 302, { response_mode: 'jwt' }),
  authorization('by form_post.jwt', 200, { response_mode: 'form_post.jwt' }),
  authorization('with prompt=login', 302, { prompt: 'login consent' }),
  authorization('of a public client', 302, {}, 'desktop'),
  { endpoint: 'authorize', what: 'with a request object', status: 302, prepare: requestObject },
  {
    ...{ endpoint: 'authorize', what: 'of a client whose metadata are a document', status: 302 },
    async prepare(fixture) {
      const request = { redirect_uri: redirectUriOf('agent'), scope: 'openid email' }
      return getUrl(authorizeUrl(fixture.world, { client_id: documentUrl }, createPkce(), request), cookies(fixture))
    },
  },
  {
    ...{ endpoint: 'authorize', what: 'with a pushed request', status: 302 },
    async prepare(fixture) {
      await fixture.authorize('notes')
      const response = await fixture.world.provider.fetch(requestOf(await pushDraft(fixture, 'notes')) as Request)
      const { request_uri } = await response.json()
      return get(at(fixture, '/oauth2/authorize'), { client_id: 'notes', request_uri }, cookies(fixture))
    },
  },
  {
    ...{ endpoint: 'authorize', what: 'by POST', status: 303 },
    async prepare(fixture) {
      const url = new URL((await authorization('', 302, {}).prepare(fixture)).url)
      const { challenge } = createPkce()
      const form = {
        ...{ response_type: 'code', client_id: 'notes', redirect_uri: redirectUriOf('notes'), scope: 'openid email' },
        ...{ code_challenge: challenge, code_challenge_method: 'S256', state: 's' },
      }
      return postForm(url.href, form, ownPage(fixture))
    },
  },
  {
    ...{ endpoint: 'login', what: 'of a user who has lost the page', status: 302 },
    async prepare(fixture) {
      return get(at(fixture, '/oauth2/login'), state(await openPage(fixture, 'login')), cookies(fixture))
    },
  },
  {
    ...{ endpoint: 'continue', what: 'after a sign-in', status: 302 },
    async prepare(fixture) {
      const page = await openPage(fixture, 'login')
      fixture.browser.signIn(alice)
      const { returnTo } = await fixture.world.provider.resolveLoginContext(fixture.browser.pageRequest(page))
      return getUrl(returnTo, cookies(fixture))
    },
  },
  {
    ...{ endpoint: 'consent', what: 'that agrees', status: 303 },
    async prepare(fixture) {
      const page = await openPage(fixture, 'consent')
      return postForm(at(fixture, '/oauth2/consent'), { ...state(page), accept: 'true' }, ownPage(fixture))
    },
  },
  {
    ...{ endpoint: 'endSession', what: 'of a client', status: 302 },
    async prepare(fixture) {
      const { id_token } = await fixture.tokens('notes')
      const query = { id_token_hint: id_token, post_logout_redirect_uri: afterLogout, state: 's', client_id: 'notes' }
      return get(at(fixture, '/oauth2/end-session'), query, cookies(fixture))
    },
  },
  {
    ...{ endpoint: 'endSession', what: 'that the user confirms', status: 200 },
    async prepare(fixture) {
      const page = await fixture.browser.request(at(fixture, '/oauth2/end-session'))
      const { action, body } = readForm(await page.text())
      return postForm(action, Object.fromEntries(body), ownPage(fixture))
    },
  },
]

/** A token request of a client, with its credentials. */
const tokenRequest = (
  what: string,
  name: ClientName,
  makeForm: (fixture: Fixture) => Promise<Members>,
): ValidRequest => ({
  ...{ endpoint: 'token', what, status: 200 },
  async prepare(fixture) {
    const { headers, form } = credentials(await fixture.client(name))
    return postForm(at(fixture, '/oauth2/token'), { ...form, ...(await makeForm(fixture)) }, headers)
  },
})

const codeForm =
  (name: ClientName) =>
  async (fixture: Fixture): Promise<Members> => {
    const { code, pkce } = await fixture.authorize(name)
    return { grant_type: 'authorization_code', code, redirect_uri: redirectUriOf(name), code_verifier: pkce.verifier }
  }

const refreshForm =
  (name: ClientName) =>
  async (fixture: Fixture): Promise<Members> => ({
    grant_type: 'refresh_token',
    refresh_token: (await fixture.tokens(name)).refresh_token,
  })

const withAssertion = async (fixture: Fixture): Promise<Members> => ({
  client_assertion_type: assertionType,
  client_assertion: await assertion(fixture.world, { client_id: 'keyed' }, await clientKey()),
})

const withAttestation = ({ world }: Fixture): Promise<Record<string, string>> =>
  attestationHeaders(world, { client_id: 'attested' })

const tokenRequests: readonly ValidRequest[] = [
  tokenRequest('with a code', 'notes', codeForm('notes')),
  tokenRequest('with a code, of a public client', 'desktop', codeForm('desktop')),
  tokenRequest('with a code, with the secret in the form', 'post', codeForm('post')),
  tokenRequest('with a refresh token', 'notes', refreshForm('notes')),
  tokenRequest('with a refresh token, of a public client', 'desktop', refreshForm('desktop')),
  tokenRequest('of a machine', 'machine', async () => ({
    ...{ grant_type: 'client_credentials', scope: 'notes:read', resource: 'https://api.example.com' },
  })),
  tokenRequest('with an assertion about a user', 'machine', async ({ world }) => ({
    ...{ grant_type: jwtBearerName, scope: 'notes:read' },
    assertion: await makeAssertion(world, { client_id: 'machine' }),
  })),
  tokenRequest('that exchanges an ID token', 'notes', async (fixture) => ({
    ...{ grant_type: tokenExchangeName, requested_token_type: type('id-jag'), subject_token_type: type('id_token') },
    ...{ subject_token: (await fixture.tokens('notes')).id_token, audience: chat, scope: 'chat.read' },
  })),
  tokenRequest('that exchanges an access token', 'notes', async (fixture) => ({
    ...{ grant_type: tokenExchangeName, subject_token_type: type('access_token'), scope: 'notes:read' },
    subject_token: (await fixture.tokens('notes', {}, { resource: 'https://api.example.com' })).access_token,
    audience: 'https://api.example.com',
  })),
  {
    ...{ endpoint: 'token', what: 'of a client with a key', status: 200 },
    async prepare(fixture) {
      const form = await codeForm('keyed')(fixture)
      return postForm(at(fixture, '/oauth2/token'), { ...form, ...(await withAssertion(fixture)) })
    },
    async again(fixture, draft) {
      const fresh = await withAssertion(fixture)
      const form = draft.form?.map((pair) => ({ ...pair, value: fresh[pair.name] ?? pair.value }))
      return { ...draft, form }
    },
  },
]

const attested: readonly ValidRequest[] = [
  {
    ...{ endpoint: 'attestationChallenge', what: 'of a client instance', status: 200 },
    prepare: async (fixture) => postForm(at(fixture, challengePath), {}),
  },
  {
    ...{ endpoint: 'token', what: 'of a client instance with an attestation', status: 200 },
    async prepare(fixture) {
      const form = await codeForm('attested')(fixture)
      return postForm(at(fixture, '/oauth2/token'), form, await withAttestation(fixture))
    },
    async again(fixture, draft) {
      const fresh = await withAttestation(fixture)
      const headers = draft.headers.map((pair) => ({ ...pair, value: fresh[pair.name] ?? pair.value }))
      return { ...draft, headers }
    },
  },
]

const pushes: readonly ValidRequest[] = (['notes', 'desktop'] as const).map((name) => ({
  ...{ endpoint: 'pushedAuthorizationRequest', what: `of the client ${name}`, status: 201 },
  prepare: (fixture) => pushDraft(fixture, name),
}))

async function deviceDraft(fixture: Fixture): Promise<Draft> {
  const { headers, form } = credentials(await fixture.client('desktop'))
  const request = { scope: 'openid email', nonce: 'n', resource: 'https://api.example.com', acr_values: 'urn:low' }
  return postForm(at(fixture, devicePath), { ...form, ...request }, headers)
}

const devices: readonly ValidRequest[] = [
  { ...{ endpoint: 'deviceAuthorization', what: 'of a public client', status: 200 }, prepare: deviceDraft },
  {
    ...{ endpoint: 'deviceCode', what: 'with the code of a device', status: 303 },
    async prepare(fixture) {
      const { user_code } = await startDevice(fixture.world, await fixture.client('desktop'), { scope: 'openid' })
      return postForm(at(fixture, '/oauth2/device'), { user_code }, ownPage(fixture))
    },
  },
  {
    ...{ endpoint: 'token', what: 'of a device that was approved', status: 200 },
    async prepare(fixture) {
      const client = await fixture.client('desktop')
      const started = await startDevice(fixture.world, client, { scope: 'openid email offline_access' })
      await answerDevice(fixture.world, started)
      const { headers, form } = credentials(client)
      const request = { grant_type: deviceGrantType, device_code: started.device_code }
      return postForm(at(fixture, '/oauth2/token'), { ...form, ...request }, headers)
    },
  },
]

const backChannel: readonly ValidRequest[] = [
  {
    ...{ endpoint: 'backchannelAuthentication', what: 'of a client that polls', status: 200 },
    async prepare(fixture) {
      const { headers, form } = credentials(await fixture.client('notes'))
      const request = cibaForm({ binding_message: 'Till 4', requested_expiry: '60', acr_values: 'urn:low' })
      return postForm(at(fixture, cibaPath), { ...form, ...(request as Members) }, headers)
    },
  },
  {
    ...{ endpoint: 'token', what: 'of a back-channel request that was approved', status: 200 },
    async prepare(fixture) {
      const client = await fixture.client('notes')
      const { auth_req_id } = await startCiba(fixture.world, client)
      // Approved requests do not count, so this one is the only one that waits, or the newest.
      await decideCiba(fixture.world)
      const { headers, form } = credentials(client)
      return postForm(at(fixture, '/oauth2/token'), { ...form, grant_type: cibaGrantType, auth_req_id }, headers)
    },
  },
]

const challenges: readonly ValidRequest[] = [
  {
    ...{ endpoint: 'authorizationChallenge', what: 'of a first-party application', status: 200 },
    async prepare(fixture) {
      const { form } = credentials(await fixture.client('desktop'))
      const { challenge } = createPkce()
      const request = { response_type: 'code', scope: 'openid email', state: 's', password: 'open sesame' }
      const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
      return postForm(at(fixture, '/oauth2/authorize-challenge'), { ...form, ...request, ...pkce })
    },
  },
]

const aboutToken = (
  endpoint: 'introspect' | 'revoke',
  what: string,
  token: 'access_token' | 'refresh_token',
  more: Members = {},
): ValidRequest => ({
  ...{ endpoint, what, status: 200 },
  async prepare(fixture) {
    const { headers, form } = credentials(await fixture.client('notes'))
    const tokens = await fixture.tokens('notes')
    return postForm(
      at(fixture, `/oauth2/${endpoint}`),
      { ...form, token: tokens[token], token_type_hint: token },
      { ...headers, ...more },
    )
  },
})

const userinfo: readonly ValidRequest[] = [
  {
    ...{ endpoint: 'userinfo', what: 'with an opaque token', status: 200 },
    async prepare(fixture) {
      const { access_token } = await fixture.tokens('notes')
      return get(at(fixture, '/oauth2/userinfo'), {}, { authorization: `Bearer ${access_token}` })
    },
  },
  {
    ...{ endpoint: 'userinfo', what: 'with a JWT in the form', status: 200 },
    async prepare(fixture) {
      const { access_token } = await fixture.tokens('notes', {}, { resource: 'https://api.example.com' })
      return postForm(at(fixture, '/oauth2/userinfo'), { access_token })
    },
  },
]

const metadata = {
  ...{ redirect_uris: ['https://new.example.com/callback'], client_name: 'New', scope: 'openid email' },
  ...{ grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_basic' },
  ...{ logo_uri: 'https://new.example.com/logo.png', contacts: ['help@new.example.com'], response_types: ['code'] },
}

/** Requests that are refused as they are, so that the tests reach the checks that come late. */
const refused: readonly ValidRequest[] = [
  {
    ...{ endpoint: 'userinfo', what: 'with a token without the scope openid', status: 403 },
    async prepare(fixture) {
      const { access_token } = await fixture.tokens('notes', { scope: 'notes:read' })
      return get(at(fixture, '/oauth2/userinfo'), {}, { authorization: `Bearer ${access_token}` })
    },
  },
  {
    ...{ endpoint: 'authorize', what: 'with prompt=none of a user who is not signed in', status: 302 },
    async prepare(fixture) {
      const draft = await authorization('', 302, { prompt: 'none' }).prepare(fixture)
      return { ...draft, headers: [] }
    },
  },
  {
    ...{ endpoint: 'token', what: 'with a refresh token for a wider scope', status: 400 },
    async prepare(fixture) {
      const { headers } = credentials(await fixture.client('notes'))
      const form = { ...(await refreshForm('notes')(fixture)), scope: 'openid notes:write' }
      return postForm(at(fixture, '/oauth2/token'), form, headers)
    },
  },
  {
    ...{ endpoint: 'token', what: 'with a code of another client', status: 400 },
    async prepare(fixture) {
      const { headers } = credentials(await fixture.client('notes'))
      return postForm(at(fixture, '/oauth2/token'), await codeForm('desktop')(fixture), headers)
    },
  },
]

const registration = (what: string, headers: (fixture: Fixture) => Promise<Members>): ValidRequest => ({
  ...{ endpoint: 'register', what, status: 201 },
  prepare: async (fixture) => sendJson('POST', at(fixture, '/oauth2/register'), metadata, await headers(fixture)),
})

/** A client that has registered itself, and the headers with which it manages its registration. */
async function selfManaged(fixture: Fixture) {
  const { world } = fixture
  const initial = await world.provider.createInitialAccessToken({ expiresIn: 60 })
  const { body: client } = await register(world, metadata, { authorization: `Bearer ${initial}` })
  const query = [{ name: 'client_id', value: client.client_id }]
  const headers: Members = { authorization: `Bearer ${client.registration_access_token}` }
  return { client, url: at(fixture, '/oauth2/register/client'), query, headers }
}

const registrations: readonly ValidRequest[] = [
  registration('of anybody', async () => ({})),
  registration('of a user', async (fixture) => ownPage(fixture)),
  registration('with an initial access token', async ({ world }) => ({
    authorization: `Bearer ${await world.provider.createInitialAccessToken({ expiresIn: 60 })}`,
  })),
  ...(['GET', 'PUT', 'DELETE'] as const).map(
    (method): ValidRequest => ({
      ...{ endpoint: 'clientConfiguration', what: `by ${method}`, status: method === 'DELETE' ? 204 : 200 },
      async prepare(fixture) {
        const { client, url, query, headers } = await selfManaged(fixture)
        if (method !== 'PUT') return { ...get(url, {}, headers), method, query }
        return { ...sendJson('PUT', url, { ...metadata, client_id: client.client_id }, headers), query }
      },
    }),
  ),
]

/** A question of a signed-in user by GET. */
const asked = (endpoint: string, path: string, query: (fixture: Fixture) => Promise<Members>): ValidRequest => ({
  ...{ endpoint, what: 'of a signed-in user', status: 200 },
  async prepare(fixture) {
    await fixture.authorize('notes')
    return get(at(fixture, path), await query(fixture), cookies(fixture))
  },
})

/** A command of a signed-in user, or of an administrator, as JSON. */
const commanded = (
  endpoint: string,
  path: string,
  json: unknown | ((fixture: Fixture) => Promise<unknown>),
  { status = 200, method = 'POST', admin = false } = {},
): ValidRequest => ({
  ...{ endpoint, what: `by ${method}`, status },
  async prepare(fixture) {
    await fixture.authorize('notes')
    const body = typeof json === 'function' ? await json(fixture) : json
    return sendJson(method, at(fixture, path), body, { ...ownPage(fixture), ...(admin && { 'x-admin': 'yes' }) })
  },
})

async function consentId(fixture: Fixture): Promise<string> {
  const [consent] = await fixture.world.provider.listConsents(alice.id)
  return consent?.id ?? ''
}

const notes = { client_id: 'notes' }
const admin = { admin: true }

const managed: readonly ValidRequest[] = [
  asked('getClient', '/oauth2/get-client', async () => notes),
  asked('getClients', '/oauth2/get-clients', async () => ({ after: '' })),
  asked('publicClient', '/oauth2/public-client', async () => notes),
  asked('getConsents', '/oauth2/get-consents', async () => ({})),
  asked('getConsent', '/oauth2/get-consent', async (fixture) => ({ id: await consentId(fixture) })),
  commanded('createClient', '/oauth2/create-client', metadata, { status: 201 }),
  commanded('updateClient', '/oauth2/update-client', {
    ...notes,
    update: { client_name: 'Diary', contacts: ['a@b.example'] },
  }),
  commanded('deleteClient', '/oauth2/delete-client', notes),
  commanded('rotateClientSecret', '/oauth2/client/rotate-secret', notes),
  commanded('updateConsent', '/oauth2/update-consent', async (fixture: Fixture) => ({
    ...{ id: await consentId(fixture), update: { scopes: ['openid'], claims: [] } },
  })),
  commanded('deleteConsent', '/oauth2/delete-consent', async (fixture: Fixture) => ({ id: await consentId(fixture) })),
  commanded(
    'adminCreateClient',
    '/admin/oauth2/create-client',
    { ...metadata, skip_consent: true },
    { ...admin, status: 201 },
  ),
  commanded('adminUpdateClient', '/admin/oauth2/update-client', { ...notes, disabled: false, client_name: 'x' }, admin),
  commanded(
    'adminUpdateClient',
    '/admin/oauth2/update-client',
    { ...notes, update: { metadata: { tier: 1 } } },
    {
      ...admin,
      method: 'PATCH',
    },
  ),
  commanded('publicClientPrelogin', '/oauth2/public-client-prelogin', notes),
  {
    ...{ endpoint: 'publicClientPrelogin', what: 'with the query of a page', status: 200 },
    async prepare(fixture) {
      const { search } = new URL(await openPage(fixture, 'login'))
      return postForm(at(fixture, '/oauth2/public-client-prelogin'), { oauth_query: search.slice(1) })
    },
  },
]

const document = (endpoint: string, path: string, base?: string): ValidRequest => ({
  ...{ endpoint, what: path, status: 200 },
  prepare: async (fixture) => get((base ?? fixture.world.issuer) + path),
})

const documents: readonly ValidRequest[] = [
  document('jwks', '/jwks'),
  document('openidConfiguration', '/.well-known/openid-configuration'),
  document('authorizationServerMetadata', '/.well-known/oauth-authorization-server'),
  document('authorizationServerMetadata', '/.well-known/oauth-authorization-server/auth', baseUrl),
]

/** Valid requests to every endpoint. A new endpoint needs one here: a test compares the list with the provider's. */
export const validRequests: readonly ValidRequest[] = [
  ...pages,
  ...tokenRequests,
  ...attested,
  ...pushes,
  ...devices,
  ...backChannel,
  ...challenges,
  aboutToken('introspect', 'about an access token', 'access_token'),
  aboutToken('introspect', 'about a refresh token', 'refresh_token'),
  aboutToken('introspect', 'with a signed response', 'access_token', { accept: introspectionType }),
  aboutToken('revoke', 'of an access token', 'access_token'),
  aboutToken('revoke', 'of a refresh token', 'refresh_token'),
  ...userinfo,
  ...refused,
  ...registrations,
  ...managed,
  ...documents,
]
