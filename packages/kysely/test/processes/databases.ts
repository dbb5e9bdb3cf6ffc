import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseAddress } from './address.ts'

/** A database in which several processes can work, and its removal. */
export interface SharedDatabase {
  readonly address: DatabaseAddress
  drop(): Promise<void>
}

export interface DatabaseKind {
  readonly name: string
  create(): Promise<SharedDatabase>
}

async function createFile(): Promise<SharedDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-processes-'))
  return {
    address: { kind: 'sqlite', file: join(folder, 'oauth.db') },
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The kinds that are to be had here: SQLite always, the servers by `POSTGRES_URL` and `MYSQL_URL`. */
export function sharedDatabases(): readonly DatabaseKind[] {
  return [{ name: 'SQLite', create: createFile }]
}
