import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const { OAUTH_ISSUER: issuer, OAUTH_RESOURCE: resource, INTEROP_REGISTER: registerUrl } = process.env
let failed = false

/** Prints the row of one flow: it failed when `act` throws. */
async function flow(library, debianPackage, name, act, setting) {
  const { stdout } = spawnSync('dpkg-query', ['-W', debianPackage], { encoding: 'utf8' })
  // Without the revision of Debian, which changes with each of its fixes.
  const row = { library, version: stdout.split('\t')[1]?.replace(/-.*/s, ''), flow: name }
  const outcome = await act().then(
    () => (setting === undefined ? { result: 'works' } : { result: 'setting', setting }),
    (error) => {
      failed = true
      return { result: 'fails', detail: String(error).slice(0, 500) }
    },
  )
  process.stdout.write(`${JSON.stringify({ ...row, ...outcome })}\n`)
}

async function register(metadata) {
  const answer = await fetch(registerUrl, { method: 'POST', body: JSON.stringify(metadata) })
  assert.equal(answer.status, 201, await answer.clone().text())
  const { client_id, client_secret } = await answer.json()
  const [OAUTH_REDIRECT_URI = ''] = metadata.redirect_uris ?? []
  return { OAUTH_CLIENT_ID: client_id, OAUTH_CLIENT_SECRET: client_secret, OAUTH_REDIRECT_URI }
}

/** Registers the API, which only asks about tokens. */
const registerApi = () => register({ resources: [resource], grant_types: [] })

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  return port
}

/** Runs Apache with one sample while `act` runs. */
async function withApache(sample, port, env, act) {
  const folder = mkdtempSync(join(tmpdir(), 'interop-apache-'))
  chmodSync(folder, 0o755)
  for (const path of ['private', 'notes']) mkdirSync(join(folder, 'public', path), { recursive: true })
  for (const path of ['', 'private', 'notes'])
    writeFileSync(join(folder, 'public', path, 'index.html'), `page: ${path}`)
  const apache = spawn('/usr/sbin/apache2', ['-f', join(here, 'server.conf'), '-DFOREGROUND'], {
    env: {
      ...process.env,
      ...env,
      SESSION_SECRET: 'a-secret-of-the-checks',
      INTEROP_FOLDER: folder,
      INTEROP_SAMPLE: join(here, sample),
      INTEROP_PORT: String(port),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(apache, 'exit')
  try {
    for (let tries = 0; !(await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)); tries++) {
      assert.ok(apache.exitCode === null && tries < 200, 'Apache did not start')
      await wait(50)
    }
    await act(`http://127.0.0.1:${port}`)
  } catch (error) {
    process.stderr.write(readFileSync(join(folder, 'error.log'), 'utf8'))
    throw error
  } finally {
    apache.kill()
    await ended
    rmSync(folder, { recursive: true })
  }
}

/** `fetch` says that a script is asking (`Sec-Fetch-Mode`), and mod_auth_openidc sends no script to a login page. */
function get(url, headers) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers }, (answer) => {
      let text = ''
      answer.on('data', (data) => (text += data))
      answer.on('end', () => resolve({ headers: answer.headers, text }))
    })
    request.on('error', reject)
  })
}

/** A browser with cookies for each host, whatever the port. Its user agrees to everything. */
function createBrowser() {
  const jars = new Map()
  return async function browse(url, visited = []) {
    const { hostname } = new URL(url)
    const jar = jars.get(hostname) ?? new Map()
    jars.set(hostname, jar)
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ')
    const answer = await get(url, { accept: 'text/html', ...(cookie !== '' && { cookie }) })
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (value === '') jar.delete(name)
      else jar.set(name, value)
    }
    const { location } = answer.headers
    assert.ok(visited.length < 20, `too many redirects: ${visited}`)
    if (location !== undefined) return browse(new URL(location, url).href, [...visited, url])
    return { ...answer, visited: [...visited, url] }
  }
}

async function accessToken(parameters) {
  const job = await register({ grant_types: ['client_credentials'], scope: 'notes:read notes:write' })
  const server = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()
  const answer = await fetch(server.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: job.OAUTH_CLIENT_ID,
      client_secret: job.OAUTH_CLIENT_SECRET,
      ...parameters,
    }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
  return (await answer.json()).access_token
}

/** The API takes tokens that are for it, with `resource` and without, and no others. */
async function checkApi(origin, checksScope) {
  const status = async (token) =>
    (await fetch(`${origin}/notes/`, { headers: { authorization: `Bearer ${token}` } })).status
  const token = await accessToken({ scope: 'notes:read', resource })
  assert.equal(await status(token), 200)
  assert.equal(await status(await accessToken({ scope: 'notes:write notes:read' })), 200, 'without resource')
  assert.equal(await status(await accessToken({ scope: 'notes:write' })), checksScope ? 401 : 200, 'another scope')
  assert.equal(await status(`${token.slice(0, -8)}AAAAAAAA`), 401, 'a false signature')
  assert.equal(await status('nonsense'), 401)
}

const openidc = ['mod_auth_openidc', 'libapache2-mod-auth-openidc']
const oauth2 = ['mod_oauth2', 'libapache2-mod-oauth2']

const port = await freePort()
const app = `http://127.0.0.1:${port}`
const redirectUri = `${app}/private/callback`
const client = await register({
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid profile email offline_access',
  post_logout_redirect_uris: [`${app}/`],
})
await withApache('mod_auth_openidc.conf', port, client, async () => {
  const browse = createBrowser()
  const info = async () => JSON.parse((await browse(`${redirectUri}?info=json`)).text)

  const signIn = async () => {
    const { headers, text } = await browse(`${app}/private/`)
    assert.equal(text, 'page: private')
    assert.equal(headers['x-email'], 'ada@example.com')
    const { id_token, userinfo } = await info()
    assert.deepEqual([id_token.sub, userinfo.name], ['ada', 'Ada Lovelace'])
  }
  await flow(...openidc, 'sign-in with PKCE, ID token, userinfo', signIn, '`OIDCPKCEMethod S256`')

  await flow(...openidc, 'refresh', async () => {
    const { access_token: before } = await info()
    const parameters = new URLSearchParams({ refresh: `${app}/private/`, access_token: before })
    assert.equal((await browse(`${redirectUri}?${parameters}`)).text, 'page: private')
    assert.notEqual((await info()).access_token, before)
  })

  await flow(...openidc, 'RP-initiated logout', async () => {
    const { text, visited } = await browse(`${redirectUri}?${new URLSearchParams({ logout: `${app}/` })}`)
    assert.equal(text, 'page: ')
    assert.ok(visited.some((url) => url.startsWith(issuer)))
    const again = await browse(`${app}/private/`)
    assert.ok(
      again.visited.some((url) => url.includes('/login')),
      'she is still signed in',
    )
  })
})

for (const [names, name, sample, checksScope] of [
  [openidc, 'introspection as the API', 'mod_auth_openidc_api.conf', true],
  [oauth2, 'introspection as the API', 'mod_oauth2_introspection.conf', false],
  [oauth2, 'JWT access token as the API, with `resource` and without', 'mod_oauth2_jwt.conf', false],
]) {
  const check = (origin) => checkApi(origin, checksScope)
  await flow(...names, name, async () => withApache(sample, await freePort(), await registerApi(), check))
}
process.exit(failed ? 1 : 0)
