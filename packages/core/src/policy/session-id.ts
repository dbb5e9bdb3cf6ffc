import type { ClientRecord } from '../storage/client.ts'

/**
 * The session id that this client may see. It is the same for all clients of one session, so a pairwise client gets it
 * only when it may end sessions and needs it for that: otherwise it would tell two sectors that they have one user.
 */
export function visibleSessionId(client: ClientRecord, sessionId: string | undefined): string | undefined {
  const { subject_type, enable_end_session } = client.metadata
  return subject_type === 'pairwise' && enable_end_session !== true ? undefined : sessionId
}
