import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '@oauth/cli'
import { describe, expect, test } from 'vitest'
import type { Finding } from '../src/doctor/finding.ts'
import { at, type Changes, type Fault, startFaultyServer, withHeaders, withJson } from './support/faulty-server.ts'

interface Examination {
  readonly code: number
  readonly output: string
  readonly errors: string
}

async function doctor(...args: readonly string[]): Promise<Examination> {
  let output = ''
  let errors = ''
  const code = await runCommand(['doctor', ...args], {
    directory: '/',
    outputIsTerminal: false,
    write: (text) => {
      output += text
    },
    writeError: (text) => {
      errors += text
    },
  })
  return { code, output, errors }
}

async function findings(issuer: string): Promise<readonly Finding[]> {
  return JSON.parse((await doctor(issuer, '--json')).output).findings
}

const documents = '.well-known'
const jwks = '/jwks'
const token = '/oauth2/token'
const authorize = '/oauth2/authorize'

const eachDocument = (change: (metadata: Record<string, unknown>) => object): Fault =>
  at(documents, (answer) => withJson(answer, change))
const eachKey = (change: (key: Record<string, unknown>) => object): Fault =>
  at(jwks, (answer) => withJson(answer, ({ keys }) => ({ keys: keys.map(change) })))
const headersAt = (path: string, headers: Readonly<Record<string, string | undefined>>): Fault =>
  at(path, (answer) => withHeaders(answer, headers))

describe('doctor, at a server of this repository', () => {
  test('nothing is bad, every check has an answer, and the exit code is 0', async () => {
    const issuer = await startFaultyServer()
    const { code, output, errors } = await doctor(issuer, '--all')
    expect([code, errors]).toEqual([0, ''])
    expect(output).not.toMatch(/^bad/m)
    expect(output).toMatch(/\n\d+ ok, 1 warnings, 0 bad\.\n$/)
    // Without registration, MCP clients cannot introduce themselves: the only warning.
    expect(output).toMatch(/^warn {2}metadata\.agents: MCP clients need registration or client documents$/m)
  })

  test('without --all, only what is to be changed is written, and --strict makes warnings an exit code 1', async () => {
    const issuer = await startFaultyServer()
    const { code, output } = await doctor(issuer, '--strict')
    expect(code).toBe(1)
    expect(output).not.toMatch(/^ok/m)
    expect(output).toMatch(/^ {6}change: for MCP, use the preset mcp\(\)/m)
  })

  test('a server that does not answer is one finding, which says why, and nothing is called ok', async () => {
    const { code, output } = await doctor('http://127.0.0.1:9/auth', '--all')
    expect(code).toBe(1)
    expect(output).toMatch(/^bad {3}metadata\.reachable: http:\/\/127\.0\.0\.1:9\/auth cannot be reached: .+/m)
    expect(output).toMatch(/\n0 ok, 0 warnings, 1 bad\.\n$/)
  })

  test('closed registration is ok, and a script as a redirect URI is refused where it is open', async () => {
    const closed = await findings(await startFaultyServer(undefined, { closedRegistration: true }))
    expect(closed).toContainEqual({
      check: 'registration.open',
      rating: 'ok',
      found: expect.stringContaining('needs a token'),
    })
    const open = await findings(await startFaultyServer(undefined, { openRegistration: true }))
    expect(open).toContainEqual({ check: 'registration.checks', rating: 'ok', found: expect.any(String) })
    expect(open).toContainEqual({ check: 'metadata.agents', rating: 'ok', found: expect.any(String) })
  })
})

/** A fault, the finding that names it, and what the finding says. */
type Row = readonly [check: string, rating: 'warn' | 'bad', fault: Fault, found: string | RegExp, changes?: Changes]

const faults: readonly Row[] = [
  [
    'metadata.reachable',
    'bad',
    at(documents, () => new Response('', { status: 404 })),
    'publishes no discovery document',
  ],
  ['metadata.oauth', 'warn', at('oauth-authorization-server', () => new Response('', { status: 404 })), 'status 404'],
  ['metadata.openid', 'warn', at('openid-configuration', () => new Response('<html>')), 'status 200, no JSON'],
  ['metadata.openid', 'warn', at('openid-configuration', () => undefined), /: .+/],
  ['metadata.type', 'bad', headersAt(documents, { 'content-type': 'text/plain' }), 'text/plain'],
  ['metadata.issuer', 'bad', eachDocument((one) => ({ ...one, issuer: `${one.issuer}/` })), 'the document says'],
  [
    'metadata.same',
    'bad',
    at('oauth-authorization-server', (answer) =>
      withJson(answer, (one) => ({ ...one, token_endpoint: 'https://b.example/t' })),
    ),
    'differ in token_endpoint',
  ],
  [
    'metadata.complete',
    'bad',
    eachDocument(({ subject_types_supported: _, ...one }) => one),
    'missing: subject_types_supported',
  ],
  ['metadata.pkce', 'bad', eachDocument(({ code_challenge_methods_supported: _, ...one }) => one), 'no S256'],
  [
    'metadata.pkce',
    'warn',
    eachDocument((one) => ({ ...one, code_challenge_methods_supported: ['S256', 'plain'] })),
    'plain',
  ],
  [
    'metadata.iss',
    'warn',
    eachDocument(({ authorization_response_iss_parameter_supported: _, ...one }) => one),
    'issuer',
  ],
  [
    'metadata.weak',
    'bad',
    eachDocument((one) => ({ ...one, response_types_supported: ['code', 'token'] })),
    'offers token',
  ],
  ['metadata.weak', 'bad', eachDocument((one) => ({ ...one, grant_types_supported: ['password'] })), 'offers password'],
  [
    'metadata.weak',
    'bad',
    eachDocument((one) => ({ ...one, id_token_signing_alg_values_supported: ['none'] })),
    'offers none',
  ],
  [
    'metadata.agents',
    'warn',
    eachDocument((one) => ({ ...one, token_endpoint_auth_methods_supported: ['client_secret_basic'] })),
    'public clients (none) and registration',
  ],
  [
    'transport.endpoints',
    'bad',
    eachDocument((one) => ({ ...one, userinfo_endpoint: 'http://id.example.com/userinfo' })),
    'no https: userinfo_endpoint',
  ],
  ['clock.date', 'warn', headersAt(documents, { 'x-no-date': '1' }), 'no Date header'],
  ['clock.date', 'warn', (answer) => withHeaders(answer, { date: fromNow(-20) }), 'behind'],
  ['clock.date', 'bad', (answer) => withHeaders(answer, { date: fromNow(600) }), 'ahead of'],
  ['keys.reachable', 'bad', at(jwks, () => new Response('', { status: 500 })), 'status 500'],
  ['keys.reachable', 'bad', at(jwks, () => Response.json({ keys: [] })), 'no keys'],
  ['keys.private', 'bad', eachKey((key) => ({ ...key, d: 'c2VjcmV0' })), 'PRIVATE KEYS ARE PUBLISHED'],
  ['keys.private', 'bad', eachKey(({ kid }) => ({ kid, kty: 'oct', alg: 'HS256', k: 'c2VjcmV0' })), 'PRIVATE KEYS'],
  ['keys.unique', 'bad', eachKey((key) => ({ ...key, kid: 'same' })), 'more than one key has the id same'],
  ['keys.named', 'warn', eachKey(({ alg: _, ...key }) => key), 'lack kid or alg'],
  ['keys.named', 'warn', eachKey(({ kid: _, ...key }) => key), 'lack kid or alg'],
  [
    'keys.strength',
    'bad',
    eachKey((key) => (key.kty === 'RSA' ? { ...key, n: Buffer.alloc(128, 255).toString('base64url') } : key)),
    'RSA, 1024 bits',
  ],
  [
    'keys.algorithms',
    'bad',
    eachDocument((one) => ({ ...one, id_token_signing_alg_values_supported: ['PS384'] })),
    'no key for PS384',
  ],
  ['cache.metadata', 'warn', headersAt(documents, { 'cache-control': undefined }), 'there is no Cache-Control'],
  ['cache.metadata', 'warn', headersAt(documents, { 'cache-control': 'no-store' }), 'no-store'],
  ['cache.keys', 'warn', headersAt(jwks, { 'cache-control': 'max-age=604800' }), 'for 604800 s'],
  ['cors.metadata', 'warn', headersAt(documents, { 'access-control-allow-origin': undefined }), 'cannot read it'],
  ['cors.keys', 'warn', headersAt(jwks, { 'access-control-allow-origin': 'https://other.example' }), 'cannot read it'],
  [
    'cors.token',
    'warn',
    (answer, { method }) => (method === 'OPTIONS' ? new Response('', { status: 405 }) : answer),
    'status 405',
  ],
  [
    'cors.credentials',
    'bad',
    headersAt(jwks, {
      'access-control-allow-origin': 'https://oauth-doctor.example',
      'access-control-allow-credentials': 'true',
    }),
    '/auth/jwks',
  ],
  ['token.error', 'bad', at(token, () => new Response('<h1>Error</h1>', { status: 500 })), 'status 500'],
  ['token.error', 'bad', at(token, () => undefined), /.+/],
  ['token.no-store', 'bad', headersAt(token, { 'cache-control': undefined }), 'may be stored'],
  [
    'authorize.redirect',
    'bad',
    at(
      authorize,
      () => new Response('', { status: 302, headers: { location: 'https://oauth-doctor.example/callback?error=x' } }),
    ),
    'open redirector',
  ],
  [
    'authorize.html',
    'bad',
    (answer, { url }) => {
      const { pathname, searchParams } = new URL(url)
      if (!pathname.endsWith(authorize)) return answer
      return new Response(`Unknown client ${searchParams.get('client_id')}`, {
        headers: { 'content-type': 'text/html' },
      })
    },
    'comes back as HTML',
  ],
  ['authorize.redirect', 'bad', at(authorize, () => undefined), /.+/],
  ['registration.open', 'warn', (answer) => answer, 'anyone may register clients', { openRegistration: true }],
  ['registration.open', 'bad', at('/register', () => undefined), /.+/, { openRegistration: true }],
  [
    'registration.open',
    'warn',
    at('/register', () => new Response('', { status: 500 })),
    'status 500',
    { openRegistration: true },
  ],
  [
    'registration.open',
    'warn',
    at('/register', () => Response.json({}, { status: 429 })),
    'status 429',
    { openRegistration: true },
  ],
  [
    'registration.checks',
    'bad',
    at('/register', () => Response.json({ client_id: 'made' }, { status: 201 })),
    'javascript:alert(1) was registered',
    { openRegistration: true },
  ],
]

/** Registers whatever is asked for, and says that the client can be deleted at this URL. Keeps the requests there. */
function careless(clientUrl: (issuer: string) => string) {
  const deletions: Request[] = []
  const fault: Fault = (answer, request) => {
    const { pathname, origin } = new URL(request.url)
    if (request.method === 'DELETE') {
      deletions.push(request)
      return new Response(null, { status: 204 })
    }
    if (!pathname.endsWith('/register')) return answer
    const client = { client_id: 'made', registration_access_token: 'its-token' }
    return Response.json({ ...client, registration_client_uri: clientUrl(origin) }, { status: 201 })
  }
  return { fault, deletions }
}

describe('doctor, at a server that registers a script as a redirect URI', () => {
  const change = async (fault: Fault) =>
    (await findings(await startFaultyServer(fault, { openRegistration: true }))).find(
      ({ check }) => check === 'registration.checks',
    )?.change

  test('the doctor deletes the client again, where the server lets it (RFC 7592)', async () => {
    const { fault, deletions } = careless((origin) => `${origin}/auth/oauth2/register/made`)
    expect(await change(fault)).toContain('is deleted')
    expect(deletions.map(({ url, headers }) => [new URL(url).pathname, headers.get('authorization')])).toEqual([
      ['/auth/oauth2/register/made', 'Bearer its-token'],
    ])
  })

  test('the doctor sends the token of the client to no other server, and names the client to delete', async () => {
    const other = careless(() => 'unused')
    const elsewhere = await startFaultyServer(other.fault)
    const { fault } = careless(() => `${elsewhere}/oauth2/register/made`)
    expect(await change(fault)).toContain('delete the client made')
    expect(other.deletions).toEqual([])
  })
})

describe('doctor, at a server with a fault', () => {
  const titled = faults.map((row) => ({ row, title: `${row[0]} is ${row[1]} and says ${row[3]}` }))
  test.each(titled)('$title', async ({ row: [check, rating, fault, text, changes = {}] }) => {
    const found = await findings(await startFaultyServer(fault, changes))
    const finding = found.find((one) => one.check === check)
    expect(finding).toEqual({ check, rating, found: told(text), change: expect.stringMatching(/\w/) })
  })

  test('every check that rates has a fault here, except https and HSTS, which have tests of their own', async () => {
    const tested = new Set(faults.map(([check]) => check))
    const checks = await findings(await startFaultyServer(undefined, { openRegistration: true }))
    const untested = checks.map(({ check }) => check).filter((check) => !tested.has(check))
    expect(untested).toEqual(['transport.https'])
  })

  test('docs/cli.md explains every check', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/cli.md'), 'utf8')
    const checks = await findings(await startFaultyServer(undefined, { openRegistration: true }))
    for (const { check } of checks) expect(page, check).toContain(`\`${check}\``)
  })

  test('a server that is not there is bad, and so is http to another machine', async () => {
    const { code, output } = await doctor('http://oauth-doctor.invalid/auth', '--timeout', '5')
    expect(code).toBe(1)
    expect(output).toMatch(/^bad {3}metadata\.reachable: /m)
    expect(output).toMatch(/^bad {3}transport\.https: the issuer is an http URL/m)
  })

  test('a server that never answers is given up after --timeout', async () => {
    const issuer = await startFaultyServer(() => new Promise(() => {}))
    const { code, output } = await doctor(issuer, '--timeout', '1')
    expect([code, output]).toEqual([1, expect.stringContaining('no answer within 1 s')])
  })

  test('what a server sends cannot move the cursor of the terminal', async () => {
    const issuer = await startFaultyServer(headersAt(documents, { 'cache-control': 'no-store\u009b2J' }))
    const { output } = await doctor(issuer)
    expect(output).toContain('no-store?2J')
    expect(output).not.toContain('\u009b')
  })

  test.each(['id.example.com', 'ftp://id.example.com', 'https://id.example.com/auth?x=1', 'https://'])(
    '%s is no issuer: the exit code is 2',
    async (issuer) => {
      const { code, errors } = await doctor(issuer)
      expect([code, errors]).toEqual([2, expect.stringContaining('<issuer> must be an https URL')])
    },
  )
})

function told(text: string | RegExp): unknown {
  return typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text)
}

function fromNow(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toUTCString()
}
