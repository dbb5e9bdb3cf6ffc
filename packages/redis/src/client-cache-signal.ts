import type { ClientCacheSignal } from '@oauth/core'
import { commandsOf, type RedisCommands } from './commands.ts'

/** The part of a client of `ioredis` or `redis` that subscribes. */
export interface RedisSubscriber {
  on(event: 'message', listener: (channel: string, message: string) => void): unknown
  on(event: 'ready', listener: () => void): unknown
  subscribe(channel: string, listener: (message: unknown) => void): Promise<unknown>
}

/** Options of `redisClientCacheSignal`. */
export interface RedisClientCacheSignalOptions {
  /** A connected client of `ioredis` or `redis`, which publishes. It may be that of the limiter. */
  readonly client: RedisCommands
  /** A second client, for instance `client.duplicate()`: Redis takes no other commands on a connection that subscribes. */
  readonly subscriber: RedisSubscriber
  /** Gets the error when the subscription has failed. */
  readonly onError: (error: unknown) => void
  /** The channel. Servers that share a Redis need different ones. Default `oauth:clients`. */
  readonly channel?: string | undefined
}

/**
 * Tells all processes of a server which clients have changed, by publish and subscribe of Redis. Redis keeps no messages, so
 * each time the subscriber has connected again, the process drops all clients that it has cached. While the connection is
 * down, `clientCacheSeconds` bounds how old a client can be.
 * @example
 * ```ts
 * import { createProvider } from '@oauth/core'
 * import { redisClientCacheSignal } from '@oauth/redis'
 * import { Redis } from 'ioredis'
 *
 * const client = new Redis()
 * const provider = createProvider({
 *   ...options,
 *   clientCacheSignal: redisClientCacheSignal({ client, subscriber: client.duplicate(), onError: console.error }),
 * })
 * ```
 */
export function redisClientCacheSignal(options: RedisClientCacheSignalOptions): ClientCacheSignal {
  const { client, subscriber, onError, channel = 'oauth:clients' } = options
  if (typeof onError !== 'function') throw new TypeError('redisClientCacheSignal: onError must be a function')
  const send = commandsOf(client)
  return {
    async publish(clientId) {
      await send(['PUBLISH', channel, clientId], channel)
    },
    subscribe(changed) {
      const received = (message: unknown): void => {
        // ioredis takes this function for a callback, and calls it without a message.
        if (typeof message === 'string') changed(message)
      }
      const listen = async (): Promise<void> => {
        try {
          await subscriber.subscribe(channel, received)
          // What was published before this moment is lost.
          changed()
        } catch (error) {
          onError(error)
        }
      }
      // ioredis sends messages to this event, redis to the function of the subscription.
      subscriber.on('message', (from, message) => {
        if (from === channel) received(message)
      })
      subscriber.on('ready', () => void listen())
      void listen()
    },
  }
}
