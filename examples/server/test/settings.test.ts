import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readDatabase, readSettings } from '../src/settings.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oauth-settings-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const secret = 'x'.repeat(43)
const read = (env: Record<string, string>) => readSettings({ OAUTH_SECRET: secret, ...env })

describe('the environment', () => {
  test('the default settings are port 3000 on loopback and a database file in the example', () => {
    expect(read({})).toEqual({
      port: 3000,
      hostname: '127.0.0.1',
      baseUrl: 'http://localhost:3000',
      database: resolve(import.meta.dirname, '../data/oauth.db'),
      secret,
    })
  })

  test('PORT is part of the default BASE_URL, and a public BASE_URL makes the server listen on all addresses', () => {
    expect(read({ PORT: '4100' })).toMatchObject({ port: 4100, baseUrl: 'http://localhost:4100' })
    expect(read({ BASE_URL: 'https://id.example.com/' })).toMatchObject({
      port: 3000,
      hostname: undefined,
      baseUrl: 'https://id.example.com',
    })
    expect(read({ HOST: '0.0.0.0' })).toMatchObject({ hostname: '0.0.0.0' })
  })

  test.each([
    [{ PORT: 'http' }, 'PORT is a number from 1 to 65535, not "http".'],
    [{ PORT: '70000' }, 'PORT is a number'],
    [{ BASE_URL: 'id.example.com' }, 'BASE_URL is an absolute URL'],
    [{ BASE_URL: 'https://example.com/id' }, 'BASE_URL has no path'],
    [{ DATABASE_URL: 'postgres://localhost/db' }, '"postgres:", but SQLite is what this version supports'],
    [{ DATABASE_URL: 'mysql://localhost/db' }, 'SQLite is what this version supports'],
    [{ DATABASE_URL: 'sqlite:' }, 'names no file'],
  ])('the settings refuse %o', (env, message) => {
    expect(() => read(env)).toThrow(message)
  })

  test.each([
    ['/data/a.db', '/data/a.db'],
    ['sqlite:/data/a.db', '/data/a.db'],
    ['sqlite:///data/a.db', '/data/a.db'],
    ['file:///data/a.db', '/data/a.db'],
    ['sqlite://./a.db', resolve('a.db')],
    ['file:a.db', resolve('a.db')],
    ['a.db', resolve('a.db')],
    ['sqlite::memory:', ':memory:'],
    [':memory:', ':memory:'],
  ])('DATABASE_URL=%s names the file %s', (value, file) => {
    expect(readDatabase(value)).toBe(file)
  })
})

describe('the secret', () => {
  test('the example makes its secret at the first start, readable only by its owner, and keeps it', async () => {
    const env = { DATABASE_URL: join(folder, 'data/oauth.db') }
    const first = readSettings(env)
    expect(first.secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect((await stat(join(folder, 'data/oauth-secret'))).mode & 0o777).toBe(0o600)
    expect(readSettings(env).secret).toBe(first.secret)
    expect(readSettings({ DATABASE_URL: join(folder, 'other/oauth.db') }).secret).not.toBe(first.secret)
  })

  test('the example uses OAUTH_SECRET as it is, and writes no file', async () => {
    expect(read({ DATABASE_URL: join(folder, 'oauth.db') }).secret).toBe(secret)
    expect(await readdir(folder)).toEqual([])
  })
})
