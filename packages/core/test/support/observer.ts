import type { Feature } from '@oauth/core'
import type { SessionClient } from '../../src/contracts/session-observer.ts'

/** A feature that tells clients by writing down whom it told. */
export interface WatchedEnds {
  readonly feature: Feature
  /** Each call, with the ids of the clients that it was about. */
  readonly told: (readonly string[])[]
  readonly clients: SessionClient[]
}

/** Concerns clients that registered `client_uri`; the browser loads that in a frame. */
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
