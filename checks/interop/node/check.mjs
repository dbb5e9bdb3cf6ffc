import assert from 'node:assert/strict'
import { singlePageApp } from './oidc-client-ts/check.mjs'
import { createBrowser } from './support/browser.mjs'
import { freePort, register, registerApp, row } from './support/programs.mjs'

const { OAUTH_RESOURCE } = process.env
const app = () => new URL(process.env.OAUTH_REDIRECT_URI).origin

/** Signs in at a running application and returns what it knows of the user. */
async function signIn(open) {
  const page = await open(`${app()}/login`)
  assert.equal(page.status, 200, `${page.url}: ${page.body.slice(0, 500)}`)
  return JSON.parse(page.body)
}

function assertAda(user) {
  assert.equal(user?.email, 'ada@example.com', JSON.stringify(user))
  assert.equal(user.name, 'Ada Lovelace')
}

await row('openid-client', 'sign-in, userinfo, refresh', async () => {
  await registerApp('/callback')
  await import('./openid-client/app.mjs')
  const open = createBrowser()
  assertAda(await signIn(open))
  for (let times = 0; times < 2; times++) {
    const page = await open(`${app()}/refresh`)
    assert.equal(page.status, 200, page.body)
  }
})

await row(
  'openid-client',
  'logout at the server',
  async () => {
    const port = await freePort()
    await register({
      redirect_uris: [`http://localhost:${port}/callback`],
      post_logout_redirect_uris: [`http://localhost:${port}/me`],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile email offline_access',
      enable_end_session: true,
    })
    await import('./openid-client/app.mjs?logout')
    const open = createBrowser()
    assertAda(await signIn(open))
    const page = await open(`${app()}/logout`)
    assert.equal(page.url, `${app()}/me`, page.body)
    assert.equal(page.body, 'null')
  },
  '`enable_end_session: true` at the client',
)

await row('@auth/express', 'sign-in, claims of the ID token', async () => {
  await registerApp('/auth/callback/oauth')
  await import('./auth-js/app.mjs')
  const open = createBrowser()
  const { csrfToken } = JSON.parse((await open(`${app()}/auth/csrf`)).body)
  await open(`${app()}/auth/signin/oauth`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ csrfToken, callbackUrl: `${app()}/me` }),
  })
  assertAda(JSON.parse((await open(`${app()}/me`)).body))
})

await row(
  'passport-oauth2',
  'sign-in, userinfo',
  async () => {
    await registerApp('/oauth/callback')
    await import('./passport/oauth2.mjs')
    assertAda(await signIn(createBrowser()))
  },
  '`pkce: true`',
)

await row(
  'passport-openidconnect',
  'sign-in, userinfo',
  async () => {
    await registerApp('/oidc/callback', { require_pkce: false })
    await import('./passport/openidconnect.mjs')
    const user = await signIn(createBrowser())
    assertAda({ name: user.displayName, email: user.emails?.[0]?.value })
  },
  '`require_pkce: false` at the client: the library has no PKCE',
)

await row(
  'express-openid-connect',
  'sign-in, claims of the ID token, refresh',
  async () => {
    await registerApp('/callback')
    await import('./express-openid-connect/app.mjs')
    const open = createBrowser()
    assertAda(await signIn(open))
    const page = await open(`${app()}/refresh`)
    assert.equal(page.status, 200, page.body)
  },
  "`response_type: 'code'`",
)

await row('oidc-client-ts', 'single-page app: sign-in, userinfo by CORS, renewal', singlePageApp)

const machine = { grant_types: ['client_credentials'], scope: 'notes:read' }
const api = await import('./jose/api.mjs')

await row('oauth4webapi', 'client credentials with `resource`', async () => {
  const { client_id } = await register(machine)
  const { accessToken } = await import('./oauth4webapi/machine.mjs')
  const claims = await api.verify(await accessToken())
  assert.equal(claims.client_id, client_id)
  assert.equal(claims.scope, 'notes:read')
})

await row('oauth4webapi', 'introspection as the API', async () => {
  await register(machine)
  const { accessToken } = await import('./oauth4webapi/machine.mjs?introspection')
  const token = await accessToken()
  await register({ client_id: 'notes-api', resources: [OAUTH_RESOURCE], grant_types: [] })
  const { introspect } = await import('./oauth4webapi/api.mjs')
  const facts = await introspect(token)
  assert.equal(facts.active, true)
  assert.equal(facts.scope, 'notes:read')
  assert.equal((await introspect(`${token}A`)).active, false)
})

await row('simple-oauth2', 'client credentials', async () => {
  const { client_id } = await register(machine)
  const { accessToken } = await import('./simple-oauth2/machine.mjs')
  assert.equal((await api.verify(await accessToken())).client_id, client_id)
})

const { accessToken } = await import('./oauth4webapi/machine.mjs')

await row('jose', 'JWT access tokens as the API', async () => {
  const claims = await api.verify(await accessToken())
  assert.equal(claims.aud, OAUTH_RESOURCE)
  await assert.rejects(api.verify(`${(await accessToken()).slice(0, -8)}AAAAAAAA`))
})

await row('jsonwebtoken', 'JWT access tokens as the API, keys by jwks-rsa', async () => {
  const { verify } = await import('./jsonwebtoken/api.mjs')
  const claims = await verify(await accessToken())
  assert.equal(claims.aud, OAUTH_RESOURCE)
  await assert.rejects(verify(`${(await accessToken()).slice(0, -8)}AAAAAAAA`))
})

process.exit()
