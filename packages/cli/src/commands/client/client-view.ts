import type { ClientRecord } from '@oauth/core'
import { time } from '../../output.ts'

/** Returns what the commands write of a client: its metadata and what the server knows of it, without its secrets. */
export function clientView(client: ClientRecord): Readonly<Record<string, unknown>> {
  const secret = client.secrets.at(-1)
  return {
    client_id: client.id,
    ...client.metadata,
    disabled: client.disabled,
    registered_by: client.registeredBy,
    user_id: client.userId,
    reference_id: client.referenceId,
    client_id_issued_at: client.createdAt,
    updated_at: client.updatedAt,
    used_at: client.usedAt,
    client_secret_expires_at: secret?.expiresAt,
    secrets: client.secrets.length,
  }
}

/** Replaces the times in seconds of a client by text that people can read. */
export function readableClient(view: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(view).map(([name, value]) => {
      if (typeof value !== 'number' || !name.endsWith('_at')) return [name, value]
      return [name, name.startsWith('client_secret') && value === 0 ? 'never' : time(value)]
    }),
  )
}
