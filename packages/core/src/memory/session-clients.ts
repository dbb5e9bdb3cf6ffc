import type { SessionClientRecord, SessionClientStore } from '../storage/session-client.ts'
import { compareBytes } from './order.ts'
import type { Tables } from './tables.ts'

export function sessionClientStore({ sessionClients, clientsBySession }: Tables): SessionClientStore {
  return {
    note(record) {
      const noted = sessionClients.get(record.id) ?? record
      sessionClients.put({ ...noted, expiresAt: Math.max(noted.expiresAt, record.expiresAt) })
    },
    list(sessionId) {
      const found = [...clientsBySession.get(sessionId)].map((id) => sessionClients.get(id) as SessionClientRecord)
      return found.sort((a, b) => compareBytes(a.clientId, b.clientId))
    },
    take: (id) => sessionClients.delete(id),
  }
}
