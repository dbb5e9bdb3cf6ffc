import type { ClientSource } from '../../contracts/client-source.ts'
import type { Core } from '../../contracts/core.ts'
import { sharedWork } from '../../http/shared-work.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { webHost } from '../../protocol/web-host.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type ConfirmRules, confirmClient } from './confirm-client.ts'
import { type CachedClient, createDocumentCache } from './document-cache.ts'
import { type DocumentUrlRules, documentUrlProblem, looksLikeDocumentUrl } from './document-url.ts'
import { createFetchLimits, type FetchLimitRules } from './fetch-limits.ts'

/** How clients that are documents are found. */
export interface SourceRules extends ConfirmRules {
  readonly urls: DocumentUrlRules
  readonly limits: FetchLimitRules
  readonly maxEntries: number
  /** Asks the host whether it accepts the client. */
  allow(clientId: string): Promise<boolean>
}

/** A source of clients that can be told to look again. */
export interface DocumentClients extends ClientSource {
  forget(clientId: string): void
}

/** Makes the source of clients whose ids are URLs of their metadata. Its state is in memory, and it writes nothing. */
export function createDocumentClients({ clock }: Core, rules: SourceRules): DocumentClients {
  const cache = createDocumentCache(clock, rules.maxEntries)
  const limits = createFetchLimits(clock, rules.limits)
  // Counted apart: a flood of made-up ids must not keep what a document's server has changed from being seen.
  const renewals = createFetchLimits(clock, rules.limits)
  const loading = sharedWork<ClientRecord>()
  let forgotten = 0

  /** What is being fetched when the host forgets a client may be outdated, so it is not kept. */
  const forget = (clientId: string): void => {
    forgotten++
    loading.forget(clientId)
    cache.forget(clientId)
  }

  const confirm = async (core: Core, clientId: string, known: CachedClient | undefined): Promise<ClientRecord> => {
    const before = forgotten
    const end = (known === undefined ? limits : renewals).begin(webHost(clientId)?.hostname ?? clientId)
    try {
      const confirmed = await confirmClient(core, rules, clientId, known)
      if (forgotten === before) cache.keep(confirmed)
      return confirmed.client
    } catch (error) {
      cache.forget(clientId)
      throw error
    } finally {
      end()
    }
  }

  const refresh = async (core: Core, clientId: string, known: CachedClient | undefined): Promise<ClientRecord> => {
    try {
      return await confirm(core, clientId, known)
    } catch (error) {
      // Beyond a limit nobody asked the document's server, so what is known still counts.
      if (known !== undefined && error instanceof OAuthError && error.code === 'temporarily_unavailable') {
        return known.client
      }
      throw error
    }
  }

  return {
    storedFirst: true,
    owns: (clientId) => looksLikeDocumentUrl(clientId, rules.urls),
    async load(core, clientId) {
      const problem = documentUrlProblem(clientId, { ...rules.urls, longestId: core.storage.longestId })
      if (problem !== undefined) throw refused(`client_id ${problem}`)
      // Asked each time, so that a refusal takes effect at once.
      if (!(await rules.allow(clientId))) throw refused('the operator of this server does not accept this application')
      const known = cache.find(clientId)
      if (known !== undefined && core.clock.now() < known.freshUntil) return known.client
      // All requests for one client at the same time share one fetch.
      return loading.run(clientId, () => refresh(core, clientId, known))
    },
    forget,
  }
}

function refused(description: string): OAuthError {
  return new OAuthError('invalid_client', description, { status: 400 })
}
