import type { Feature } from '@oauth/core'
import type { SessionClient } from '../../src/contracts/session-observer.ts'

/** A feature that observes ended sessions and records the clients that it would notify. */
export interface WatchedEnds {
  readonly feature: Feature
  /** The ids of the clients of each call. */
  readonly told: (readonly string[])[]
  readonly clients: SessionClient[]
}

/** Makes the feature. It notifies clients with a `client_uri`, which the browser loads in a frame. */
export function watchEnds(options: { readonly ttl?: number; readonly name?: string } = {}): WatchedEnds {
  const told: (readonly string[])[] = []
  const clients: SessionClient[] = []
  return {
    told,
    clients,
    feature: {
      name: options.name ?? 'watch',
      start: () => ({
        sessionObservers: [
          {
            clientSessionTtl: options.ttl ?? 3600,
            concerns: ({ client_uri }) => client_uri !== undefined,
            sessionEnded(_ctx, ended) {
              told.push(ended.map(({ client }) => client.id))
              clients.push(...ended)
              return { frames: ended.flatMap(({ client }) => client.metadata.client_uri ?? []) }
            },
          },
        ],
      }),
    },
  }
}
