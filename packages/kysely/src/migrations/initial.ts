import type { TableNames } from '../schema.ts'
import type { SchemaChange } from './schema-change.ts'
import { createSchemaTable } from './schema-version.ts'
import { createTable, type TableDefinition } from './table.ts'

/**
 * Creates the first tables. They have no foreign keys: consumed codes and revoked grants are evidence of a replay, so the
 * deletion of another row must not delete them.
 */
const definitions = (tables: TableNames): readonly TableDefinition[] => [
  {
    name: tables.clients,
    columns: {
      id: 'key',
      metadata: 'text',
      secrets: 'text',
      disabled: 'integer',
      user_id: 'string?',
      reference_id: 'string?',
      registration_token_hash: 'string?',
      used_at: 'seconds?',
      created_at: 'seconds',
      updated_at: 'seconds',
      version: 'integer',
    },
    indexes: [['user_id'], ['reference_id'], ['used_at', 'created_at']],
  },
  {
    name: tables.interactions,
    columns: {
      id: 'key',
      client_id: 'string',
      browser_hash: 'string',
      request: 'text',
      step: 'string',
      completed: 'text',
      prior_session: 'text?',
      user_id: 'string?',
      session_id: 'string?',
      created_at: 'seconds',
      expires_at: 'seconds',
      version: 'integer',
    },
    indexes: [['expires_at']],
  },
  {
    name: tables.consents,
    columns: {
      id: 'key',
      client_id: 'string',
      user_id: 'string',
      reference_key: 'reference',
      scope: 'text',
      resources: 'text',
      claims: 'text',
      redirect_hosts: 'text',
      created_at: 'seconds',
      updated_at: 'seconds',
      version: 'integer',
    },
    unique: [['user_id', 'client_id', 'reference_key']],
    indexes: [['client_id']],
  },
  {
    name: tables.grants,
    columns: {
      id: 'key',
      client_id: 'string',
      user_id: 'string',
      session_id: 'string?',
      scope: 'text',
      resources: 'text',
      auth_time: 'seconds?',
      acr: 'text?',
      amr: 'text?',
      reference_id: 'string?',
      claims: 'text?',
      offline: 'integer',
      created_at: 'seconds',
      expires_at: 'seconds',
      revoked_at: 'seconds?',
    },
    indexes: [['user_id'], ['client_id'], ['session_id'], ['expires_at']],
    clustered: true,
  },
  {
    name: tables.authorizationCodes,
    columns: {
      id: 'key',
      secret_hash: 'string',
      grant_id: 'string',
      redirect_uri: 'text',
      redirect_uri_sent: 'integer',
      code_challenge: 'string?',
      nonce: 'text?',
      created_at: 'seconds',
      expires_at: 'seconds',
      consumed_at: 'seconds?',
    },
    indexes: [['expires_at']],
    clustered: true,
  },
  {
    name: tables.accessTokens,
    columns: {
      id: 'key',
      secret_hash: 'string',
      client_id: 'string',
      grant_id: 'string?',
      scope: 'text',
      audience: 'text',
      created_at: 'seconds',
      expires_at: 'seconds',
    },
    indexes: [['expires_at']],
    clustered: true,
  },
  {
    name: tables.revokedJwts,
    columns: { jti: 'key', expires_at: 'seconds' },
    indexes: [['expires_at']],
    clustered: true,
  },
  {
    name: tables.refreshTokens,
    columns: {
      id: 'key',
      secret_hash: 'string',
      grant_id: 'string',
      created_at: 'seconds',
      expires_at: 'seconds',
      rotated_at: 'seconds?',
      successor_id: 'string?',
      sealed_successor: 'text?',
      reuses: 'integer',
    },
    indexes: [['expires_at']],
    clustered: true,
  },
  {
    name: tables.signingKeys,
    columns: {
      id: 'key',
      algorithm: 'string',
      generation: 'integer',
      public_key: 'text',
      sealed_private_key: 'text',
      created_at: 'seconds',
      activates_at: 'seconds',
    },
    unique: [['algorithm', 'generation']],
  },
  {
    name: tables.replays,
    columns: { id: 'key', expires_at: 'seconds' },
    indexes: [['expires_at']],
    clustered: true,
  },
  {
    name: tables.sessionClients,
    columns: { id: 'key', session_id: 'string', client_id: 'string', user_id: 'string', expires_at: 'seconds' },
    indexes: [['session_id'], ['expires_at']],
  },
]

export const initial: SchemaChange = {
  up: (target) => [
    ...definitions(target.tables).flatMap((definition) => createTable(target, definition)),
    ...createSchemaTable(target, { version: 1, compatibleSince: 1 }),
  ],
  // Drop the version first, so that no process works with tables that are partly dropped.
  down: ({ db, tables }) =>
    [tables.schema, ...definitions(tables).map(({ name }) => name)].map((name) => db.schema.dropTable(name).ifExists()),
}
