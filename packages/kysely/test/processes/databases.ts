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
  ...(withLocalDatabases ? [{ name: 'sqlite', create: () => createFile('sqlite') }] : []),
  ...serverNames.map((name) => ({
    name,
    async create(): Promise<SharedDatabase> {
      const { url = '', drop } = await emptyDatabase(name, { connections: 1 })
      return { address: { kind: 'server', url }, drop }
    },
  })),
]

/** The file of libSQL, for the tests that are worth a run on another driver of the same statements. */
export const libsqlFiles: readonly DatabaseKind[] = withLocalDatabases
  ? [{ name: 'libsql', create: () => createFile('libsql') }]
  : []

/** Makes a database file in a new folder. */
export async function createFile<Kind extends 'sqlite' | 'libsql'>(
  kind: Kind,
): Promise<SharedDatabase<Extract<DatabaseAddress, { kind: Kind }>>> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-processes-'))
  return {
    address: { kind, file: join(folder, 'oauth.db') } as Extract<DatabaseAddress, { kind: Kind }>,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
