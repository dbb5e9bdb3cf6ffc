import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const { INTEROP_REGISTER } = process.env

/** Registers a client and sets the variables of the samples. */
export async function register(metadata) {
  const response = await fetch(INTEROP_REGISTER, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
  const client = await response.json()
  if (!response.ok) throw new Error(`registration: ${JSON.stringify(client)}`)
  process.env.OAUTH_CLIENT_ID = client.client_id
  process.env.OAUTH_CLIENT_SECRET = client.client_secret
  process.env.OAUTH_REDIRECT_URI = metadata.redirect_uris?.[0]
  return client
}

/** Registers a web application on a free port, with what every application has and nothing else. */
export async function registerApp(path, more = {}) {
  return register({
    redirect_uris: [`http://localhost:${await freePort()}${path}`],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid profile email offline_access',
    ...more,
  })
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject).listen(0, 'localhost', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** Runs a program and prints its row. */
export async function row(library, flow, program, setting) {
  const { version } = JSON.parse(readFileSync(new URL(`../node_modules/${library}/package.json`, import.meta.url)))
  const fact = { library, version, flow }
  try {
    await program()
    print({ ...fact, result: setting === undefined ? 'works' : 'setting', ...(setting && { setting }) })
  } catch (error) {
    process.exitCode = 1
    print({ ...fact, result: 'fails', detail: String(error?.stack ?? error) })
  }
}

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
