import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { completeMetadata } from './metadata-rules.ts'
import { parsePublicMetadata } from './metadata-schema.ts'
import { clientRights } from './rights.ts'
import { rightsOfNewClient } from './self-registration-defaults.ts'

/**
 * The client that a document describes, for sources of clients: its metadata is held to the rules for clients that
 * strangers register, and completed by the same defaults, but without `token_endpoint_auth_method` the client is public.
 * What only the server side may set is left out. Nothing is stored.
 * @param id the client's id, 1 to 255 visible ASCII characters without `"` and `\\`
 * @throws {OAuthError} `invalid_client` that says what is wrong with the document
 */
export async function clientFrom(ctx: Context, id: string, document: object): Promise<ClientRecord> {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]{1,255}$/.test(id)) throw invalid('the client_id has characters that are not allowed')
  try {
    const parsed = parsePublicMetadata(ctx.registry, document)
    const given = { ...parsed, token_endpoint_auth_method: parsed.token_endpoint_auth_method ?? 'none' }
    const metadata = { ...given, ...rightsOfNewClient(ctx.config.registration, given, true) }
    const now = ctx.clock.now()
    return {
      id,
      metadata: await completeMetadata(ctx, metadata, clientRights(ctx.config, 'registrant', 'document')),
      secrets: [],
      disabled: false,
      registeredBy: 'document',
      createdAt: now,
      updatedAt: now,
      version: 1,
    }
  } catch (thrown) {
    if (thrown instanceof OAuthError && thrown.status < 500) throw invalid(thrown.description, thrown)
    throw thrown
  }
}

function invalid(description: string | undefined, cause?: unknown): OAuthError {
  return new OAuthError('invalid_client', description, { status: 400, ...(cause !== undefined && { cause }) })
}
