import type { Sql } from './database.ts'

/**
 * A table for each kind of record. Members that statements filter by or change are columns. The other members are JSON in
 * `body`, as text, because `jsonb` refuses NUL and lone surrogates. `collate "C"` orders by bytes. Each look-up and each
 * `expires_at` has an index. There is no foreign key, because revoked grants and redeemed codes stay as evidence.
 */
const statements = `
  create schema oauth;

  create table oauth.clients (
    id text collate "C" primary key, user_id text, reference_id text, registration_token_hash text,
    used_at bigint, created_at bigint not null, version bigint not null, body text not null);
  create index on oauth.clients (user_id);
  create index on oauth.clients (reference_id);
  create index on oauth.clients (created_at) where used_at is null and registration_token_hash is not null;

  create table oauth.consents (
    id text primary key, user_id text not null, client_id text not null, reference_id text,
    created_at bigint not null, body text not null);
  create unique index on oauth.consents (user_id, client_id, reference_id) nulls not distinct;
  create index on oauth.consents (client_id);

  create table oauth.grants (
    id text primary key, user_id text not null, client_id text not null, session_id text, offline boolean not null,
    created_at bigint not null, expires_at bigint not null, revoked_at bigint, body text not null);
  create index on oauth.grants (user_id);
  create index on oauth.grants (client_id);
  create index on oauth.grants (session_id);
  create index on oauth.grants (expires_at);

  create table oauth.codes (
    id text primary key, grant_id text not null, expires_at bigint not null, consumed_at bigint, body text not null);
  create index on oauth.codes (expires_at);

  create table oauth.access_tokens (
    id text primary key, grant_id text, expires_at bigint not null, body text not null);
  create index on oauth.access_tokens (expires_at);

  create table oauth.revoked_jwts (id text primary key, expires_at bigint not null);
  create index on oauth.revoked_jwts (expires_at);

  create table oauth.refresh_tokens (
    id text primary key, grant_id text not null, expires_at bigint not null, rotated_at bigint,
    successor_id text, sealed_successor text, sealed_until bigint, reuses bigint not null, body text not null);
  create index on oauth.refresh_tokens (expires_at);
  create index on oauth.refresh_tokens (sealed_until) where sealed_until is not null;

  create table oauth.signing_keys (
    id text primary key, algorithm text collate "C" not null, generation bigint not null, body text not null,
    unique (algorithm, generation));

  create table oauth.records (
    kind text not null, id text collate "C" not null, owner_id text, client_id text, user_id text,
    version bigint not null, expires_at bigint not null, body text not null, primary key (kind, id));
  create index on oauth.records (owner_id) where owner_id is not null;
  create index on oauth.records (client_id) where client_id is not null;
  create index on oauth.records (user_id) where user_id is not null;
  create index on oauth.records (expires_at);
`

/** Creates the tables in an empty database. */
export async function createSchema(sql: Sql): Promise<void> {
  for (const statement of statements.split(';')) {
    if (statement.trim() !== '') await sql.run(statement)
  }
}
