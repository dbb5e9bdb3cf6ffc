import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { create, developer, environmentOf } from '../../server/test/developer.ts'
import { signIn } from '../../server/test/journey.ts'
import { type Example, startExample } from '../../server/test/start.ts'
import { createUserAgent, type UserAgent } from '../../server/test/user-agent.ts'
import { urlOf } from '../src/commands/call.ts'
import { printable } from '../src/output.ts'
import { type Session, sessionFile } from '../src/session-file.ts'
import { type Ended, start } from './run.ts'

const opened = /Open (\S+) and enter the code (\S+)/

describe('the command-line program', { timeout: 120_000 }, () => {
  const config = mkdtempSync(join(tmpdir(), 'oauth-cli-'))
  const file = join(config, 'oauth-example-cli', 'session.json')
  let example: Example
  let env: Readonly<Record<string, string>>

  beforeAll(async () => {
    example = await startExample()
    const { issuer, baseUrl } = example
    env = { XDG_CONFIG_HOME: config, OAUTH_ISSUER: issuer, OAUTH_RESOURCE: `${baseUrl}/api` }
  }, 60_000)

  afterAll(async () => {
    await example?.stop()
    rmSync(config, { recursive: true, force: true })
    expect(example?.failures).toEqual([])
  })

  const program = (...args: string[]) => start('main.ts', args, env)
  const run = (...args: string[]): Promise<Ended> => program(...args).ended
  const session = (): Session => JSON.parse(readFileSync(file, 'utf8'))
  const change = (changed: Partial<Session>): void => writeFileSync(file, JSON.stringify({ ...session(), ...changed }))

  /** Does what the user does in a browser with the code. */
  async function answer(agent: UserAgent, [, uri = '', user_code = '']: readonly string[], button: string) {
    const entered = await agent.submit(await agent.open(uri), 'Continue', { user_code })
    const consent = entered.url.pathname === '/login' ? await signIn(agent, entered) : entered
    expect(consent.body).toContain(user_code)
    return { consent, done: await agent.submit(consent, button) }
  }

  async function login(): Promise<Ended> {
    const login = program('login')
    await answer(createUserAgent(), await login.says(opened), 'Allow')
    return login.ended
  }

  test('a user who approves is signed in, with tokens in a file that only they may read', async () => {
    const login = program('login')
    const { consent } = await answer(createUserAgent(), await login.says(opened), 'Allow')
    expect(consent.body).toContain('<bdi class="name">Example CLI</bdi>')
    expect(consent.body).toContain(`<dt>It calls itself</dt><dd><bdi>example-cli (${process.platform})</bdi></dd>`)
    expect(await login.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/You are signed in\.\n$/) })
    expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700])
    expect((await run('whoami')).stdout).toBe('Demo Person, demo@example.com\n')
    expect(await run('call')).toMatchObject({ code: 0, stdout: expect.stringContaining('Read the margins.') })
  })

  test('a token that was copied out of the file is worth nothing without the key', async () => {
    const { accessToken } = session()
    for (const url of [`${example.issuer}/oauth2/userinfo`, `${example.baseUrl}/api/notes`]) {
      expect((await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })).status, url).toBe(401)
      expect((await fetch(url, { headers: { authorization: `DPoP ${accessToken}` } })).status, url).toBe(401)
    }
  })

  test('an access token that is over is refreshed, also by three processes at once', async () => {
    const { accessToken, refreshToken } = session()
    change({ expiresAt: 0 })
    const all = await Promise.all([run('call'), run('whoami'), run('call')])
    expect(all.map(({ code, stderr }) => [code, stderr])).toEqual(all.map(() => [0, '']))
    expect(session().accessToken).not.toBe(accessToken)
    expect(session().refreshToken).not.toBe(refreshToken)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await run('whoami')).code).toBe(0)
  })

  test('an access token that the API refuses before its time is refreshed once', async () => {
    change({ accessToken: 'refused' })
    expect((await run('call')).code).toBe(0)
    change({ accessToken: 'refused' })
    expect((await run('whoami')).code).toBe(0)
  })

  test('with --json each object is one line of stdout, and stderr is empty', async () => {
    const login = program('login', '--json')
    const [line] = await login.says(/^.*\n/)
    const { event, verification_uri, user_code } = JSON.parse(line)
    expect([event, verification_uri]).toEqual(['code', `${example.baseUrl}/device`])
    await answer(createUserAgent(), ['', verification_uri, user_code], 'Allow')
    const { stdout, stderr } = await login.ended
    expect([
      stdout
        .trim()
        .split('\n')
        .map((one) => JSON.parse(one).event),
      stderr,
    ]).toEqual([['code', 'signed_in'], ''])
    expect(JSON.parse((await run('whoami', '--json')).stdout)).toMatchObject({ email: 'demo@example.com' })
    const called = JSON.parse((await run('call', '/notes', '--json')).stdout)
    expect(called).toEqual({ status: 200, body: expect.objectContaining({ client: 'example-cli' }) })
    const wrong = await run('sign-in', '--json')
    expect([wrong.code, JSON.parse(wrong.stdout).reason, wrong.stderr]).toEqual([2, 'usage', ''])
  })

  test('a second sign-in revokes the tokens of the first', async () => {
    const earlier = session()
    expect((await login()).code).toBe(0)
    const later = session()
    expect(later.refreshToken).not.toBe(earlier.refreshToken)
    writeFileSync(file, JSON.stringify(earlier))
    expect((await run('whoami')).code).toBe(3)
    writeFileSync(file, JSON.stringify(later), { mode: 0o600 })
    expect((await run('whoami')).code).toBe(0)
  })

  test('the token is sent to the API alone, whatever the path is', async () => {
    const api = 'https://id.example.com/api'
    for (const path of ['../auth/oauth2/userinfo', '/..', '/a/../../x', '..\\x', '/%2e%2e/x']) {
      expect(() => urlOf(api, path), path).toThrow(`The path must be at the API ${api}.`)
    }
    for (const path of ['//evil.example/', 'https://evil.example/', '\\\\evil.example', '@evil.example']) {
      expect(urlOf(api, path).href, path).toContain(`${api}/`)
    }
    expect((await run('call', '/..')).code).toBe(2)
    expect(await run('call', '/no')).toMatchObject({ code: 1, stderr: expect.stringContaining('answered 404') })
  })

  test('a user who withdraws the access at the server is told to sign in again, and the file is deleted', async () => {
    await example.provider.disconnectApp(session().subject, 'example-cli')
    expect(await run('call')).toEqual({ code: 3, stdout: '', stderr: 'Your sign-in is over. Run: login\n' })
    expect(() => session()).toThrow('ENOENT')
    expect(await run('whoami')).toMatchObject({ code: 3, stderr: 'You are not signed in. Run: login\n' })
  })

  test('a user who denies it is not signed in', async () => {
    const login = program('login')
    await answer(createUserAgent(), await login.says(opened), 'Deny')
    expect(await login.ended).toMatchObject({ code: 4, stderr: expect.stringContaining('You denied the sign-in.') })
    expect(() => session()).toThrow('ENOENT')
  })

  test('Ctrl+C ends the waiting, with the exit code that shells expect', async () => {
    const login = program('login')
    await login.says(opened)
    login.signal('SIGINT')
    expect(await login.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('Stopped.') })
    expect(() => session()).toThrow('ENOENT')
  })

  test('logout ends the access at the server and deletes the file, also when the server does not answer', async () => {
    await login()
    const kept = session()
    expect(await run('logout')).toMatchObject({ code: 0, stdout: 'You are signed out.\n' })
    expect(() => session()).toThrow('ENOENT')
    writeFileSync(file, JSON.stringify(kept))
    expect((await run('whoami')).code).toBe(3)
    writeFileSync(file, JSON.stringify({ ...kept, issuer: 'http://127.0.0.1:9/auth' }))
    expect(await run('logout')).toMatchObject({ code: 1, stderr: expect.stringContaining('does not answer') })
    expect(() => session()).toThrow('ENOENT')
    expect(await run('logout')).toMatchObject({ code: 0, stdout: 'You were not signed in.\n' })
  })

  test('device.mjs of docs/clients.md signs in with a client that a developer has made on the page', async () => {
    const ada = await developer(example, 'ada')
    const page = await create(ada, 'native', { redirect_uris: 'http://127.0.0.1/callback', scope: 'openid profile' })
    const { OAUTH_ISSUER = '', OAUTH_CLIENT_ID = '' } = environmentOf(page)
    const device = start('device.mjs', [], { OAUTH_ISSUER, OAUTH_CLIENT_ID })
    await answer(ada.agent, await device.says(opened), 'Allow')
    expect(await device.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/You are .+\.\n$/) })
  })

  test.each([
    ['the server says that the code is over', 600],
    ['the program has waited as long as the code is good', 1],
  ])('a code that nobody enters ends the sign-in: %s', async (_, expires_in) => {
    const server = await serverOfOverdueCodes(expires_in)
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const over = await start('main.ts', ['login'], { ...env, OAUTH_ISSUER: issuer }).ended
    server.close()
    expect(over).toMatchObject({ code: 5, stderr: expect.stringContaining('The code is over. Sign in again.') })
  })

  test('an error of the server does not reach the terminal as control characters, with --json either', async () => {
    const error_description = '\u001b]0;x\u0007\u009b2JNo,\u001b[1A \u202eBob'
    const server = await serverOfOverdueCodes(600, { error: 'invalid_client', error_description })
    const changed = { ...env, OAUTH_ISSUER: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
    const [text, json] = await Promise.all([
      start('main.ts', ['login'], changed).ended,
      start('main.ts', ['login', '--json'], changed).ended,
    ])
    server.close()
    expect(text).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The server refused: No, Bob (invalid_client)'),
    })
    for (const { stdout, stderr } of [text, json]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    }
    expect(JSON.parse(json.stdout.trim().split('\n').at(-1) ?? '').message).toContain(error_description)
  })

  test('tokens are written into a new file: a link or an open file that waits there does not get them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'oauth-cli-file-'))
    const [elsewhere, written] = [join(folder, 'elsewhere'), join(folder, 'session.json')]
    writeFileSync(elsewhere, 'mine')
    symlinkSync(elsewhere, `${written}.${process.pid}`)
    sessionFile(folder).write({ refreshToken: 'secret' } as Session)
    expect([readFileSync(elsewhere, 'utf8'), statSync(written).mode & 0o777]).toEqual(['mine', 0o600])
    expect(sessionFile(folder).read()).toEqual({ refreshToken: 'secret' })
    rmSync(folder, { recursive: true })
  })

  test('text of the server does not reach the terminal as control characters', () => {
    expect(printable('Ada\u001b[2J\u0007\u009b31m \u001b]0;x\u0007Lovelace\r\n')).toBe('Ada Lovelace\n')
  })
})

/** An authorization server whose codes nobody enters. The one of the example would let the test wait for a minute. */
async function serverOfOverdueCodes(expires_in: number, answer: object = { error: 'expired_token' }): Promise<Server> {
  const server = createServer((request, response) => {
    const issuer = `http://${request.headers.host}`
    const answers: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
      '/.well-known/openid-configuration': [
        200,
        { issuer, token_endpoint: `${issuer}/token`, device_authorization_endpoint: `${issuer}/device` },
      ],
      '/device': [
        200,
        {
          device_code: 'd',
          user_code: 'U',
          verification_uri: `${issuer}/u`,
          expires_in,
          interval: expires_in > 1 ? 1 : 5,
        },
      ],
      '/token': [400, answer],
    }
    const [status, body] = answers[request.url ?? ''] ?? [404, {}]
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
