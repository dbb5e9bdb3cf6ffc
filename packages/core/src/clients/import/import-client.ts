import type { Context } from '../../contracts/context.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord, ClientSecret } from '../../storage/client.ts'
import { changeClient } from '../change.ts'
import { completeMetadata } from '../metadata-rules.ts'
import { parseClientInput } from '../metadata-schema.ts'
import { givenByHost } from '../register.ts'
import { clientRights } from '../rights.ts'
import { sealsSecret, storedSecret, usesSecret } from '../secret.ts'
import { clientDifferences } from './differences.ts'
import { parseSecretHash } from './secret-hash.ts'
import type { ClientImport, ClientImportOptions, ClientImportResult } from './types.ts'

/** How often it looks again when another import was faster. */
const tries = 5

const origins: ReadonlySet<unknown> = new Set(['server', 'admin', 'user', 'initial_access_token', 'anonymous'])

/**
 * Takes over a client of another server. It is checked as a registration by the server side, and stored in one write.
 * @throws {OAuthError} `invalid_client_metadata` or `invalid_redirect_uri` for what cannot be carried over
 */
export async function importClient(
  ctx: Context,
  input: ClientImport,
  { replace = false, dryRun = false, withoutSecret = false }: ClientImportOptions = {},
): Promise<ClientImportResult> {
  const imported = await readClient(ctx, input, withoutSecret)
  const { id } = imported
  for (let attempt = 0; attempt < tries; attempt++) {
    const stored = await ctx.storage.clients.find(id)
    if (stored === undefined) {
      if (!dryRun && (await ctx.storage.clients.insert(imported)) !== 'won') continue
      if (!dryRun) done(ctx, id, false)
      return { outcome: 'imported', differences: [] }
    }
    const differences = clientDifferences(stored, imported, input.client_id_issued_at != null)
    if (differences.length === 0) return { outcome: 'unchanged', differences }
    if (!replace) return { outcome: 'conflict', differences }
    if (!dryRun) {
      await changeClient(ctx, id, async () => imported)
      done(ctx, id, true)
    }
    return { outcome: 'replaced', differences }
  }
  throw new OAuthError('temporarily_unavailable', 'other requests are changing the client: try again')
}

function done(ctx: Context, clientId: string, replaced: boolean): void {
  ctx.clients.forget(clientId)
  ctx.emit({ type: 'client.imported', clientId, replaced })
}

/** Reads and checks a client without writing anything. */
async function readClient(
  ctx: Context,
  { client_secret_hash, client_id_issued_at, registered_by, ...input }: ClientImport,
  withoutSecret: boolean,
): Promise<ClientRecord> {
  checkSecretLength(input.client_secret)
  const { client_id, client_secret, client_secret_expires_at, user_id, reference_id, disabled, ...given } =
    parseClientInput(ctx.registry, input)
  if (client_id === undefined) throw invalid('client_id is missing: an imported client keeps its id')
  if (ctx.clients.isReserved(client_id))
    throw invalid('client_id belongs to a source of clients: leave this client out')
  const registeredBy = registered_by ?? 'server'
  if (!origins.has(registeredBy)) throw invalid(`registered_by must be one of ${[...origins].join(', ')}`)
  const now = ctx.clock.now()
  const createdAt = client_id_issued_at ?? now
  if (!Number.isSafeInteger(createdAt) || createdAt < 0 || createdAt > now) {
    throw invalid('client_id_issued_at must be a time in the past, in whole seconds since the epoch')
  }
  const rights = clientRights(ctx.config, 'host', registeredBy)
  const metadata = await completeMetadata(ctx, givenByHost(given, registeredBy), rights)
  const secret = {
    plain: client_secret,
    hash: client_secret_hash ?? undefined,
    expiresAt: client_secret_expires_at ?? 0,
  }
  return {
    id: client_id,
    metadata,
    secrets: await secretsOf(ctx, metadata, secret, withoutSecret),
    disabled: disabled ?? false,
    registeredBy,
    ...(user_id !== undefined && { userId: user_id }),
    ...(reference_id !== undefined && { referenceId: reference_id }),
    createdAt,
    updatedAt: now,
    version: 1,
  }
}

/** The secret of a client as the other server had it. */
interface GivenSecret {
  readonly plain: string | undefined
  readonly hash: unknown
  readonly expiresAt: number
}

async function secretsOf(
  ctx: Context,
  metadata: ClientRecord['metadata'],
  { plain, hash, expiresAt }: GivenSecret,
  withoutSecret: boolean,
): Promise<readonly ClientSecret[]> {
  const method = metadata.token_endpoint_auth_method
  if (plain !== undefined && hash !== undefined)
    throw invalid('client_secret and client_secret_hash are both there: leave one out')
  if (!usesSecret(metadata)) {
    if (plain === undefined && hash === undefined) return []
    throw invalid(`a client with token_endpoint_auth_method ${method} has no secret: leave it out`)
  }
  if (plain !== undefined) return [await storedSecret(ctx, metadata, plain, expiresAt)]
  if (hash !== undefined) {
    const imported = await parseSecretHash(hash)
    if (sealsSecret(ctx, metadata)) {
      throw invalid(
        `client_secret_hash is not enough, because the secret of this client signs (${method}, or the option disableJwtPlugin): give client_secret, or give the client a new secret`,
      )
    }
    // The hash that this server would have made itself.
    if (imported.algorithm === 'sha256' && imported.prefix === undefined) return [{ hash: imported.digest, expiresAt }]
    return [{ hash: '', expiresAt, imported }]
  }
  if (withoutSecret) return []
  throw invalid(
    'the secret is missing: give client_secret or client_secret_hash, or import the client without a secret and rotate it',
  )
}

/** A short secret can be guessed. What it says differs from a registration, which could make a new one. */
function checkSecretLength(secret: unknown): void {
  if (typeof secret !== 'string' || secret.length >= 32) return
  throw invalid(
    'client_secret has fewer than 32 characters, so it could be guessed: give the client a longer one first, or import it without a secret and rotate it',
  )
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
