import Database from 'better-sqlite3'
import { Kysely } from 'kysely'
import { kyselyStorage } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { sqliteStorage } from '../../src/sqlite/index.ts'
import { serverDialect } from '../support/databases.ts'
import type { WorkerSettings } from './address.ts'
import type { Call, Commands, Reply } from './commands.ts'
import { faultLine } from './fault.ts'
import { createHost, resource } from './host.ts'
import { watchedDialect } from './watched-dialect.ts'
import { watchedSqlite } from './watched-sqlite.ts'

// One process of a provider that runs as many: it opens the database by itself and does what its parent asks.

const settings = JSON.parse(process.argv[2] ?? '') as WorkerSettings
const line = faultLine()

function open() {
  const { database, timeoutSeconds } = settings
  if (database.kind === 'sqlite') {
    const file = new Database(database.file, { timeout: 5000 })
    file.pragma('journal_mode = WAL')
    file.pragma('synchronous = NORMAL')
    return {
      storage: sqliteStorage(watchedSqlite(file, line), { migrate: false }),
      migrate: async () => void sqliteStorage(file),
    }
  }
  const db = new Kysely<object>({ dialect: watchedDialect(serverDialect(database.url, { connections: 8 }), line) })
  const options = timeoutSeconds === undefined ? {} : { timeoutSeconds }
  return { storage: kyselyStorage(db, options), migrate: () => migrate(db) }
}

const opened = open()
const host = createHost(opened.storage, settings.keyCacheSeconds)
const { provider } = host

const commands: Commands = {
  migrate: opened.migrate,
  register: () => host.register(),
  authorize: (client) => host.authorize(client),
  post: (client, path, form, times = 1) =>
    Promise.all(Array.from({ length: times }, () => host.post(client, path, form))),
  async mintFor(client, milliseconds) {
    const tokens: string[] = []
    const end = Date.now() + milliseconds
    while (Date.now() < end) {
      const { status, body } = await host.post(client, '/oauth2/token', { grant_type: 'client_credentials', resource })
      if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(body)}`)
      tokens.push(body.access_token)
      // Where everything answers at once, the loop would not let in what else is asked of this process.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return tokens
  },
  rotateKeys: () => provider.rotateSigningKeys({ activateAfter: 0 }),
  async publishedKeys() {
    const response = await provider.fetch(new Request(`${provider.issuer}/jwks`))
    const { keys } = (await response.json()) as { keys: { alg: string; kid: string }[] }
    return keys.map(({ alg, kid }) => `${alg} ${kid}`).sort()
  },
  grants: async () => (await provider.listGrants('alice')).map(({ id }) => id),
  revokeGrants: () => provider.revokeUserGrants('alice'),
  purge: () => provider.purgeExpired(),
  arm: async (fault) => line.arm(fault),
  statements: async () => line.seen,
  events: async () => host.events.map(({ type }) => type),
}

const textOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)

const reply = (message: Reply): void => {
  process.send?.(message)
}

process.on('message', ({ id, name, args }: Call) => {
  const command = commands[name] as (...values: readonly unknown[]) => Promise<unknown>
  command(...args).then(
    (value) => reply({ id, value }),
    (error) => reply({ id, error: [error, ...host.causes()].map(textOf).join('\nbecause of ') }),
  )
})
process.on('disconnect', () => process.exit(0))
reply({ ready: true })
