import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverNames, withLocalDatabases } from '../../../../test/machine/servers.ts'
import { emptyDatabase } from '../support/databases.ts'
import type { DatabaseAddress } from './address.ts'

/** A database that several processes can use, and a function that removes it. */
export interface SharedDatabase<Address extends DatabaseAddress = DatabaseAddress> {
  readonly address: Address
  drop(): Promise<void>
}

export interface DatabaseKind {
  readonly name: string
  create(): Promise<SharedDatabase>
}

/** The kinds of databases that several processes can use at once. */
export const sharedDatabases: readonly DatabaseKind[] = [
  ...(withLocalDatabases ? [{ name: 'sqlite', create: createFile }] : []),
  ...serverNames.map((name) => ({
    name,
    async create(): Promise<SharedDatabase> {
      const { url = '', drop } = await emptyDatabase(name, { connections: 1 })
      return { address: { kind: 'server', url }, drop }
    },
  })),
]

/** Makes a SQLite file in a new folder. */
export async function createFile(): Promise<SharedDatabase<Extract<DatabaseAddress, { kind: 'sqlite' }>>> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-processes-'))
  return {
    address: { kind: 'sqlite', file: join(folder, 'oauth.db') },
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
