import * as v from 'valibot'
import type { Core } from '../../contracts/core.ts'
import type { Feature } from '../../contracts/feature.ts'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { createDocumentClients, type SourceRules } from './document-clients.ts'
import { isLoopbackUrl } from './document-url.ts'
import type { FetchLimitRules } from './fetch-limits.ts'

/** The options of `clientIdMetadataDocuments`. Seconds and bytes are whole numbers. */
export interface ClientIdMetadataDocumentsOptions {
  /**
   * Decides which clients may use this server, by the URL that is their id. It is asked in every request, before anything
   * is fetched, so keep it fast. It must answer `true` or `false`; when it throws, the request ends with `server_error`.
   * Default: every client.
   *
   * Compare `hostname` to refuse a host: `host` has the port, so that another port would slip through.
   * @example
   * ```ts
   * allow: (clientId) => ['claude.ai', 'chatgpt.com', 'vscode.dev'].includes(new URL(clientId).host)
   * ```
   */
  readonly allow?: ((clientId: string) => boolean | Promise<boolean>) | undefined
  /** Whether the URL may have a query. The draft advises clients against it. Default `false`. */
  readonly allowQuery?: boolean | undefined
  /**
   * Whether the id may also be an `http` or `https` URL of this machine (`http://localhost:4000/client.json`). For
   * development: only a server whose own issuer is on this machine takes it. Default `false`.
   */
  readonly allowLoopback?: boolean | undefined
  /** The shortest time that a document is used before the server asks for it again, in seconds. Default 60. */
  readonly minCacheSeconds?: number | undefined
  /**
   * The longest time that a document is used before the server asks for it again, in seconds, whatever its `Cache-Control`
   * says. A redirect URI that its client has removed works for this long. Default 86,400, a day.
   */
  readonly maxCacheSeconds?: number | undefined
  /**
   * For how long a client that this process knows goes on while the server of its document does not answer or has a
   * problem (status 5xx), in seconds after the document was fresh. 0: not at all. Default 86,400, a day.
   */
  readonly maxStaleSeconds?: number | undefined
  /** How many clients a process keeps in memory. The one that was not used for the longest time goes first. Default 1000. */
  readonly maxCachedClients?: number | undefined
  /** The largest document, in bytes after decompression. Default 5120, as the draft recommends. */
  readonly maxDocumentBytes?: number | undefined
  /** How many documents a process fetches. Beyond a limit a client that it does not know gets `temporarily_unavailable`. */
  readonly fetchLimits?: FetchLimitOptions | undefined
  /**
   * The grant types that clients get when their document names them. Default `authorization_code` and `refresh_token`.
   */
  readonly grantTypes?: readonly string[] | undefined
}

/**
 * Limits for fetching documents, for each process. They hold for documents that the process does not know, and once more
 * for those that it knows and asks for again.
 */
export interface FetchLimitOptions {
  /** From all hosts, a minute. Default 120. */
  readonly perMinute?: number | undefined
  /** From one host, a minute. Default 30. */
  readonly perMinuteAndHost?: number | undefined
  /** From all hosts, at the same time. Default 16. */
  readonly atOnce?: number | undefined
  /** From one host, at the same time. Default 4. */
  readonly atOncePerHost?: number | undefined
}

/** `provider.features.clientIdMetadataDocuments` */
export interface ClientIdMetadataDocuments {
  /** Makes this process fetch the document of a client at its next request. */
  forget(clientId: string): void
}

const whole = (least: number) => v.pipe(v.number(), v.integer(), v.minValue(least))

const entries = {
  allow: v.optional(v.function('must be a function')),
  allowQuery: v.optional(v.boolean(), false),
  allowLoopback: v.optional(v.boolean(), false),
  minCacheSeconds: v.optional(whole(1), 60),
  maxCacheSeconds: v.optional(whole(1), 86_400),
  maxStaleSeconds: v.optional(whole(0), 86_400),
  maxCachedClients: v.optional(whole(1), 1000),
  maxDocumentBytes: v.optional(whole(256), 5120),
  fetchLimits: v.optional(
    v.strictObject({
      perMinute: v.optional(whole(1), 120),
      perMinuteAndHost: v.optional(whole(1), 30),
      atOnce: v.optional(whole(1), 16),
      atOncePerHost: v.optional(whole(1), 4),
    }),
    {},
  ),
  grantTypes: v.optional(v.pipe(v.array(v.string()), v.nonEmpty('must not be empty')), [
    'authorization_code',
    'refresh_token',
  ]),
}

const name = 'clientIdMetadataDocuments'

/**
 * A feature with which clients need no registration: their `client_id` is the https URL of a JSON document with their
 * metadata, which the server fetches ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/ OAuth Client ID Metadata Document}). MCP
 * clients such as Claude, ChatGPT, VS Code and Codex try this first. Anybody can publish such a document, so its client is
 * held to the rules for clients that strangers register, and a consent page must show the host of its id. A client that
 * you register yourself under an https id wins over the document there.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * const provider = createProvider({
 *   features: [clientIdMetadataDocuments({ allow: (clientId) => !blocked.has(new URL(clientId).hostname) })],
 *   ...
 * })
 * ```
 */
export function clientIdMetadataDocuments(
  options: ClientIdMetadataDocumentsOptions = {},
): Feature<typeof name, ClientIdMetadataDocuments> {
  const parsed = parseFeatureOptions(name, entries, options)
  const { allowQuery, allowLoopback, minCacheSeconds: minSeconds, maxCacheSeconds: maxSeconds } = parsed
  if (minSeconds > maxSeconds) throw new TypeError(`${name}: minCacheSeconds must not be more than maxCacheSeconds`)
  const rules: SourceRules = {
    urls: { allowQuery, allowLoopback },
    fetching: { bounds: { minSeconds, maxSeconds }, maxBytes: parsed.maxDocumentBytes, allowLoopback },
    limits: parsed.fetchLimits satisfies FetchLimitRules,
    maxStaleSeconds: parsed.maxStaleSeconds,
    maxEntries: parsed.maxCachedClients,
    grantTypes: parsed.grantTypes,
    allow: async (clientId) => options.allow === undefined || requireAnswer(await options.allow(clientId)),
  }
  return Object.freeze<Feature<typeof name, ClientIdMetadataDocuments>>({
    name,
    start(core: Core) {
      if (allowLoopback && !isLoopbackUrl(core.config.issuer)) {
        throw new TypeError(
          `${name}: allowLoopback is for a server on this machine; the issuer is ${core.config.issuer}`,
        )
      }
      const clients = createDocumentClients(core, rules)
      return {
        clientSources: [clients],
        serverMetadata: { client_id_metadata_document_supported: true },
        api: { forget: clients.forget },
      }
    },
  })
}

/** Checks the answer of the host's function. Read as yes, a wrong answer could let in what the host keeps out. */
function requireAnswer(answer: unknown): boolean {
  if (typeof answer === 'boolean') return answer
  throw new TypeError(`${name}: allow must answer with true or false`)
}
