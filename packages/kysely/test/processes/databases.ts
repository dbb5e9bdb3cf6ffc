import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyDatabase, serverNames } from '../support/databases.ts'
import type { DatabaseAddress } from './address.ts'

/** A database in which several processes can work, and its removal. */
export interface SharedDatabase<Address extends DatabaseAddress = DatabaseAddress> {
  readonly address: Address
  drop(): Promise<void>
}

export interface DatabaseKind<Address extends DatabaseAddress = DatabaseAddress> {
  readonly name: string
  create(): Promise<SharedDatabase<Address>>
}

type Server = Extract<DatabaseAddress, { kind: 'server' }>

/** The servers that are to be had here. */
export const serverDatabases: readonly DatabaseKind<Server>[] = serverNames.map((name) => ({
  name,
  async create() {
    const { url = '', drop } = await emptyDatabase(name, { connections: 1 })
    return { address: { kind: 'server', url }, drop }
  },
}))

/** Those, and a file of SQLite. */
export const sharedDatabases: readonly DatabaseKind[] = [{ name: 'sqlite', create: createFile }, ...serverDatabases]

async function createFile(): Promise<SharedDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-processes-'))
  return {
    address: { kind: 'sqlite', file: join(folder, 'oauth.db') },
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
