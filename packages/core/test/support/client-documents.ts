import type { RegisteredClient } from '@oauth/core'
import type { Feature } from '@oauth/core/feature'
import {
  type ClientIdMetadataDocumentsOptions,
  clientIdMetadataDocuments,
} from '@oauth/core/features/client-id-metadata-documents'
import { redirectUri } from './client.ts'
import { type Remote, startRemote } from './remote.ts'
import { createQuickWorld } from './tokens.ts'
import type { World, WorldOptions } from './world.ts'

export const documentUrl = 'https://app.example.com/client.json'

export interface DocumentWorldOptions extends WorldOptions {
  /** The options of the feature. */
  readonly documents?: ClientIdMetadataDocumentsOptions
  readonly others?: readonly Feature[]
}

/** A world with the feature, and a web server on this machine that stands for all https hosts. */
export interface DocumentWorld {
  readonly world: World
  readonly remote: Remote
  /** Every request that the document server received: its headers by lower-case name, and `:method`. */
  readonly received: Readonly<Record<string, unknown>>[]
  /** Serves a document at a URL, with these headers. */
  publish(url: string, document: object | string, headers?: Readonly<Record<string, string>>): void
  /** Lets the server of a URL answer with this status and nothing else. */
  fail(url: string, status: number, headers?: Readonly<Record<string, string>>): void
  /** How often the document of a URL was fetched. */
  fetches(url?: string): number
}

/** The metadata of a usual MCP client, with these changes. */
export function clientDocument(changes: object = {}, url: string = documentUrl): object {
  return {
    client_id: url,
    client_name: 'An agent',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    ...changes,
  }
}

/** A client in the form of a registered client, so that the helpers accept it. */
export function documentClient(url: string = documentUrl): RegisteredClient {
  return { client_id: url, token_endpoint_auth_method: 'none' } as RegisteredClient
}

/** Where the web server of this machine serves what belongs to an https URL. */
export function remotePath(url: string): string {
  const { host, pathname, search } = new URL(url)
  return `/${host}${pathname}${search}`
}

export async function startDocuments({
  documents = {},
  others = [],
  ...options
}: DocumentWorldOptions = {}): Promise<DocumentWorld> {
  const remote = await startRemote()
  const received: Readonly<Record<string, unknown>>[] = []
  const world = createQuickWorld({
    // The requests are real; only the host is another, because a test has no certificate for it.
    outboundFetch: (url, init) => fetch(remote.origin + remotePath(url), init),
    features: [clientIdMetadataDocuments(documents), ...others],
    ...options,
  })
  return {
    world,
    remote,
    received,
    publish(url, document, headers = {}) {
      const text = typeof document === 'string' ? document : JSON.stringify(document)
      remote.serve(remotePath(url), (request, response) => {
        received.push({ ...request.headers, ':method': request.method })
        response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(text)
      })
    },
    fail(url, status, headers = {}) {
      remote.serve(remotePath(url), (_, response) => void response.writeHead(status, headers).end())
    },
    fetches: (url = documentUrl) => remote.requests.filter((path) => path === remotePath(url)).length,
  }
}

/** A world whose document is published. */
export async function startWithDocument(
  options: DocumentWorldOptions = {},
  changes: object = {},
): Promise<DocumentWorld> {
  const started = await startDocuments(options)
  started.publish(documentUrl, clientDocument(changes))
  return started
}
