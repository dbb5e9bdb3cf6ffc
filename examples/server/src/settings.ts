import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isPostgres } from './database.ts'

export interface Settings {
  readonly port: number
  /** The address to listen on. `undefined` means all addresses. */
  readonly hostname: string | undefined
  readonly baseUrl: string
  /** A SQLite file, `:memory:`, or the URL of a PostgreSQL database. */
  readonly database: string
  readonly secret: string
}

const defaultDatabase = resolve(import.meta.dirname, '../data/oauth.db')

/** Reads the environment. Throws an error with a readable message when a variable is invalid. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = readPort(env.PORT)
  const baseUrl = readBaseUrl(env.BASE_URL || `http://localhost:${port}`)
  const database = withPassword(readDatabase(env.DATABASE_URL), readSecretFile(env, 'DATABASE_PASSWORD_FILE'))
  return {
    port,
    hostname: env.HOST || listenAddress(baseUrl),
    baseUrl,
    database,
    secret: env.OAUTH_SECRET || readSecretFile(env, 'OAUTH_SECRET_FILE') || keptSecret(database),
  }
}

function readPort(value: string | undefined): number {
  if (!value) return 3000
  const port = Number(value)
  if (/^\d+$/.test(value) && port >= 1 && port <= 65535) return port
  throw new Error(`PORT is a number from 1 to 65535, not "${value}".`)
}

/** Refuses a path, which would conflict with the paths of the pages. The core checks the rest (https, no query). */
function readBaseUrl(value: string): string {
  if (!URL.canParse(value)) throw new Error(`BASE_URL is an absolute URL like https://id.example.com, not "${value}".`)
  const url = new URL(value)
  if (url.pathname !== '/')
    throw new Error(`BASE_URL has no path: the example's pages are at the root of ${url.origin}.`)
  return url.origin
}

/** Reads DATABASE_URL: a path, `sqlite:path`, `file:path` or `postgres://…`. */
export function readDatabase(value: string | undefined): string {
  if (!value) return defaultDatabase
  if (isPostgres(value)) {
    if (URL.canParse(value)) return value
    throw new Error('DATABASE_URL is no URL: encode special characters of the password, or use DATABASE_PASSWORD_FILE.')
  }
  // A scheme has at least two letters, because `C:\data\oauth.db` is a path.
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(value)?.[1]?.toLowerCase()
  if (scheme !== undefined && scheme !== 'sqlite' && scheme !== 'file')
    throw new Error(
      `DATABASE_URL begins with "${scheme}:", but this example supports SQLite (a path, sqlite:path, file:path) and postgres://.`,
    )
  const path = scheme === undefined ? value : value.slice(scheme.length + 1).replace(/^\/\/(?=[/.])/, '')
  if (path === '') throw new Error(`DATABASE_URL names no file: "${value}".`)
  return path === ':memory:' ? path : resolve(path)
}

/** Listens only on loopback for a loopback URL, because the demo account has a published password. */
function listenAddress(baseUrl: string): string | undefined {
  const { hostname } = new URL(baseUrl)
  if (hostname === '[::1]') return '::1'
  return hostname === 'localhost' || hostname === '127.0.0.1' ? '127.0.0.1' : undefined
}

/** Reads the file that a variable names. Docker and Kubernetes mount secrets as files. */
function readSecretFile(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  const file = env[name]
  if (!file) return undefined
  let content: string
  try {
    content = readFileSync(file, 'utf8').trim()
  } catch (error) {
    throw new Error(`${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
  if (content === '') throw new Error(`${name}: ${file} is empty.`)
  return content
}

/** Puts the password of a file into the URL of the database. */
function withPassword(database: string, password: string | undefined): string {
  if (password === undefined) return database
  if (!isPostgres(database))
    throw new Error('DATABASE_PASSWORD_FILE is for a DATABASE_URL that begins with postgres://.')
  const url = new URL(database)
  // The setter of `URL.password` leaves a percent sign as it is.
  url.password = encodeURIComponent(password)
  return url.href
}

/** Reads the secret beside the database that it protects. Makes it at the first start. */
function keptSecret(database: string): string {
  const fresh = randomBytes(32).toString('base64url')
  if (database === ':memory:') return fresh
  if (isPostgres(database)) {
    throw new Error(
      'Set OAUTH_SECRET or OAUTH_SECRET_FILE: with PostgreSQL, all processes need the same secret. openssl rand -base64 48 makes one.',
    )
  }
  const folder = dirname(database)
  const file = join(folder, 'oauth-secret')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    // `wx` fails when the file exists, so two processes that start together end up with the same secret.
    writeFileSync(file, fresh, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
