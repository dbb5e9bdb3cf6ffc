import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { registerApp } from '../support/programs.mjs'

const page = `<!doctype html><title>notes</title>
<script>window.settings = __SETTINGS__</script>
<script type="importmap">{"imports": {"oidc-client-ts": "/oidc-client-ts.js", "jwt-decode": "/jwt-decode.js"}}</script>
<script type="module">import { currentUser, users } from '/app.mjs'; window.users = users; window.user = await currentUser(); document.title = 'ready'</script>`

const modules = {
  '/app.mjs': './app.mjs',
  '/oidc-client-ts.js': '../node_modules/oidc-client-ts/dist/esm/oidc-client-ts.js',
  '/jwt-decode.js': '../node_modules/jwt-decode/build/esm/index.js',
}

/** Signs in and renews in Chromium. */
export async function singlePageApp() {
  await registerApp('/callback', { token_endpoint_auth_method: 'none', application_type: 'web' })
  const { OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_REDIRECT_URI } = process.env
  const { origin, port } = new URL(OAUTH_REDIRECT_URI)
  const settings = JSON.stringify({ OAUTH_ISSUER, OAUTH_CLIENT_ID, OAUTH_REDIRECT_URI })
  const server = createServer((request, response) => {
    const file = modules[new URL(request.url, origin).pathname]
    response.setHeader('content-type', file ? 'text/javascript' : 'text/html')
    response.end(file ? readFileSync(new URL(file, import.meta.url)) : page.replace('__SETTINGS__', settings))
  }).listen(port)
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  })
  try {
    const tab = await browser.newPage()
    const ready = () => tab.waitForFunction(() => document.title === 'ready')
    await tab.goto(origin)
    await ready()
    await tab.evaluate(() => void window.users.signinRedirect())
    await tab.waitForFunction(() => document.title === 'ready' && window.user !== undefined)
    assert.equal(await tab.evaluate(() => window.user.email), 'ada@example.com')
    // A reload neither sends the code again nor signs the user out.
    await tab.reload()
    await ready()
    assert.equal(await tab.evaluate(() => window.user.email), 'ada@example.com')
    const renewed = await tab.evaluate(async () => {
      const before = (await window.users.getUser()).access_token
      return (await window.users.signinSilent()).access_token !== before
    })
    assert.ok(renewed)
  } finally {
    await browser.close()
    server.close()
  }
}
