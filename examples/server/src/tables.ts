import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * Creates the example's own tables where they are missing: `app_*` belong to the identity side, `demo_*` to the relying
 * party.
 */
export async function createTables(db: QueryExecutorProvider, kind: 'sqlite' | 'postgres'): Promise<void> {
  // Seconds since the epoch need more than the 32 bits that an integer of PostgreSQL has.
  const [seconds, end] = kind === 'sqlite' ? ['integer', ' strict'] : ['bigint', '']
  for (const [name, columns] of Object.entries(tables(seconds)))
    await sql.raw(`create table if not exists ${name} (${columns.join(', ')})${end}`).execute(db)
}

const tables = (seconds: string): Readonly<Record<string, readonly string[]>> => ({
  app_users: [
    'id text primary key',
    'email text not null unique',
    'name text not null',
    'password text not null',
    `updated_at ${seconds} not null`,
  ],
  app_sessions: [
    'id text primary key',
    'cookie_hash text not null unique',
    'user_id text not null references app_users (id) on delete cascade',
    `auth_time ${seconds} not null`,
    `expires_at ${seconds} not null`,
  ],
  demo_client: ['client_id text primary key', 'client_secret text not null', 'redirect_uri text not null'],
  demo_sign_ins: [
    'state text primary key',
    'browser_hash text not null',
    'nonce text not null',
    'code_verifier text not null',
    'resource text',
    `expires_at ${seconds} not null`,
  ],
  demo_devices: ['browser_hash text primary key', 'data text not null', `expires_at ${seconds} not null`],
  demo_sessions: ['cookie_hash text primary key', 'data text not null', `expires_at ${seconds} not null`],
})
