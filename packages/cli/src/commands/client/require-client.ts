import type { ClientRecord, Provider } from '@oauth/core'
import { CommandError } from '../../errors.ts'

/**
 * Reads a client.
 * @throws {CommandError} when there is none
 */
export async function requireClient(provider: Provider, clientId: string): Promise<ClientRecord> {
  const client = await provider.getClient(clientId)
  if (client !== undefined) return client
  throw new CommandError(`there is no client ${clientId}: oauth client list shows those that there are`)
}
