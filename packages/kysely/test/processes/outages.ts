import { Kysely } from 'kysely'
import { kyselyStorage } from '../../src/index.ts'
import { migrate } from '../../src/migrations/index.ts'
import { databaseNames, emptyDatabase } from '../support/databases.ts'
import type { DatabaseLink } from '../support/link.ts'
import { localLink } from '../support/local-link.ts'
import { proxyTo } from '../support/proxy.ts'
import type { Commands } from './commands.ts'
import { createCommands } from './create-commands.ts'
import { faultLine } from './fault.ts'
import type { Fleet } from './fleet.ts'
import { createHost } from './host.ts'

/** A provider whose database can become unreachable. */
export interface FragileProvider {
  readonly commands: Commands
  readonly link: DatabaseLink
  stop(): Promise<void>
}

export interface OutageKind {
  readonly name: string
  /** Starts the provider. For a database server, it is a process of this fleet. */
  start(fleet: Fleet, timeoutSeconds: number): Promise<FragileProvider>
}

/** The databases of this run. A server has a proxy, and its provider is a process. The others are in this process. */
export const outageKinds: readonly OutageKind[] = databaseNames.map((name) => ({
  name,
  start: async (fleet, timeoutSeconds) => {
    const database = await emptyDatabase(name, { connections: 1 })
    if (database.url === undefined) {
      const { dialect, link } = localLink(database.dialect())
      const db = new Kysely<object>({ dialect })
      const host = createHost(kyselyStorage(db, { timeoutSeconds }))
      return {
        commands: createCommands(host, () => migrate(db), faultLine()),
        link,
        async stop() {
          await link.close()
          await db.destroy()
          await database.drop()
        },
      }
    }
    const proxy = await proxyTo(database.url)
    const worker = await fleet.start({ database: { kind: 'server', url: proxy.url }, timeoutSeconds })
    return {
      commands: worker,
      link: proxy,
      async stop() {
        await worker.stop()
        await proxy.close()
        await database.drop()
      },
    }
  },
}))
