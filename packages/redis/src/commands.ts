/**
 * Sends one command to Redis: its name and its arguments. `key` is the key that the command is about, by which a client of a
 * cluster finds the node.
 */
export type SendCommand = (command: readonly string[], key: string) => Promise<unknown>

/** The part of a client of `ioredis` (`Redis` and `Cluster`) that this package uses. */
export interface IoredisCommands {
  call(name: string, ...args: string[]): Promise<unknown>
}

/** The part of a client of `redis` (`createClient`) that this package uses. */
export interface NodeRedisCommands {
  sendCommand(args: string[]): Promise<unknown>
}

/**
 * A connected client: of `ioredis`, of `redis`, or a function, for any other one.
 * @example
 * ```ts
 * // A cluster of `redis` (createCluster) wants to know the key:
 * const commands: SendCommand = (command, key) => cluster.sendCommand(key, false, [...command])
 * ```
 */
export type RedisCommands = IoredisCommands | NodeRedisCommands | SendCommand

/** Returns the function that sends commands through this client. */
export function commandsOf(client: RedisCommands): SendCommand {
  if (typeof client === 'function') return client
  // A client of ioredis has a `sendCommand` as well, which takes something else.
  if ('call' in client) return ([name = '', ...args]) => client.call(name, ...args)
  return (command) => client.sendCommand([...command])
}
