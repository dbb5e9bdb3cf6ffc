import type { Core } from '../../contracts/core.ts'
import { documentFacts } from '../../policy/client-document.ts'
import { OAuthError, safeDescription } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { CachedClient } from './document-cache.ts'
import { type FetchRules, fetchDocument, invalidClient } from './fetch-document.ts'
import { readDocument } from './read-document.ts'

/** What holds for documents and their clients. */
export interface ConfirmRules {
  readonly fetching: FetchRules
  /** The grant types that are taken from documents. */
  readonly grantTypes: readonly string[]
  /** For how many seconds a document that is no longer fresh is used while its server does not answer. */
  readonly maxStaleSeconds: number
}

/** How long the server goes on with a known client before it asks a server again that did not answer, in seconds. */
const retryAfterFailure = 30

/**
 * Asks the server of a document for it, and makes the client that the document describes.
 * @param known the client as this process knows it, if it does. It goes on while the document's server does not answer
 * @throws {OAuthError} `invalid_client` that says what is wrong with the document
 */
export async function confirmClient(
  core: Core,
  rules: ConfirmRules,
  clientId: string,
  known: CachedClient | undefined,
): Promise<CachedClient> {
  try {
    const fetched = await fetchDocument(core, clientId, rules.fetching, known?.etag)
    if ('unreachable' in fetched) {
      if (known === undefined) throw fetched.unreachable
      tellFailure(core, clientId, fetched.unreachable, true)
      return { ...known, freshUntil: Math.min(core.clock.now() + retryAfterFailure, known.staleUntil) }
    }
    const { etag, freshSeconds, notModified } = fetched
    const client =
      notModified && known !== undefined
        ? known.client
        : await readClient(core, rules, clientId, notModified ? '' : fetched.text)
    const now = core.clock.now()
    const freshUntil = now + freshSeconds
    if (known !== undefined && documentFacts(known.client) !== documentFacts(client)) {
      core.emit({ type: 'client_document.changed', clientId })
    }
    const times = { confirmedAt: now, freshUntil, staleUntil: freshUntil + rules.maxStaleSeconds }
    return { client, ...(etag !== undefined && { etag }), ...times }
  } catch (error) {
    tellFailure(core, clientId, error, false)
    throw error
  }
}

async function readClient(core: Core, rules: ConfirmRules, clientId: string, text: string): Promise<ClientRecord> {
  const document = readDocument(core, clientId, text, rules.grantTypes)
  if (typeof document === 'string') throw invalidClient(document)
  const client = await core.clientFrom(clientId, document.metadata)
  if (document.methods === undefined) return client
  return { ...client, metadata: { ...client.metadata, token_endpoint_auth_methods_supported: document.methods } }
}

function tellFailure(core: Core, clientId: string, error: unknown, goesOn: boolean): void {
  const reason = error instanceof OAuthError ? (error.description ?? error.code) : 'the document could not be read'
  core.emit({
    type: 'client_document.failed',
    clientId,
    reason: safeDescription(reason),
    goesOn,
    cause: error instanceof OAuthError ? error.cause : error,
  })
}
