import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import SQLite from 'better-sqlite3'

export type Database = SQLite.Database

/**
 * Opens the file and creates the example's own tables: `app_*` belong to the identity side, `demo_*` to the relying
 * party. `sqliteStorage` creates the tables of the authorization server on the same connection. The example does not read
 * them.
 */
export function openDatabase(file: string): Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const database = new SQLite(file)
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.pragma('foreign_keys = ON')
  database.exec(tables)
  return database
}

const tables = `
create table if not exists app_users (
  id text primary key,
  email text not null unique,
  name text not null,
  password text not null,
  updated_at integer not null
) strict;

create table if not exists app_sessions (
  id text primary key,
  cookie_hash text not null unique,
  user_id text not null references app_users (id) on delete cascade,
  auth_time integer not null,
  expires_at integer not null
) strict;

create table if not exists demo_client (
  client_id text primary key,
  client_secret text not null,
  redirect_uri text not null
) strict;

create table if not exists demo_sign_ins (
  state text primary key,
  browser_hash text not null,
  nonce text not null,
  code_verifier text not null,
  resource text,
  expires_at integer not null
) strict;

create table if not exists demo_devices (
  browser_hash text primary key,
  data text not null,
  expires_at integer not null
) strict;

create table if not exists demo_sessions (
  cookie_hash text primary key,
  data text not null,
  expires_at integer not null
) strict;
`
