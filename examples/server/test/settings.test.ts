import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
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
    [{ DATABASE_URL: 'postgres://oauth:pass word@' }, 'DATABASE_URL is no URL: encode'],
    [{ DATABASE_URL: 'mysql://localhost/db' }, '"mysql:", but this example supports SQLite'],
    [{ DATABASE_PASSWORD_FILE: '/nowhere' }, 'DATABASE_PASSWORD_FILE: /nowhere cannot be read (ENOENT)'],
    [{ OAUTH_SECRET: '', OAUTH_SECRET_FILE: '/dev/null' }, 'OAUTH_SECRET_FILE: /dev/null is empty'],
    [
      { OAUTH_SECRET: '', DATABASE_URL: 'postgres://localhost/db' },
      'with PostgreSQL, all processes need the same secret',
    ],
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
    ['postgres://oauth@db.example.com/oauth', 'postgres://oauth@db.example.com/oauth'],
  ])('DATABASE_URL=%s names the database %s', (value, file) => {
    expect(readDatabase(value)).toBe(file)
  })
})

describe('secrets in files', () => {
  test('the secret and the password of PostgreSQL come from files, without the line end, and a password may have any characters', async () => {
    const files = { OAUTH_SECRET_FILE: join(folder, 'secret'), DATABASE_PASSWORD_FILE: join(folder, 'password') }
    await writeFile(files.OAUTH_SECRET_FILE, `${'y'.repeat(43)}\n`)
    await writeFile(files.DATABASE_PASSWORD_FILE, 'a/b%40 c@d:e?#\n')
    const settings = readSettings({ ...files, DATABASE_URL: 'postgres://oauth@postgres/oauth' })
    expect(settings.secret).toBe('y'.repeat(43))
    expect(decodeURIComponent(new URL(settings.database).password)).toBe('a/b%40 c@d:e?#')
    expect(new URL(settings.database).host).toBe('postgres')
  })

  test('a password file is refused beside a SQLite file, which has no password', async () => {
    await writeFile(join(folder, 'password'), 'x')
    expect(() => read({ DATABASE_PASSWORD_FILE: join(folder, 'password') })).toThrow('begins with postgres://')
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
