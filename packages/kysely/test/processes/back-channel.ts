import type { Commands } from './commands.ts'
import { type Client, cibaGrantType } from './host.ts'

/** A back-channel request that waits: the client's name for it, and the host's. */
export interface WaitingRequest {
  readonly authReqId: string
  readonly id: string
}

export const cibaPath = '/oauth2/backchannel_authentication'
export const cibaForm = { scope: 'openid offline_access notes:read', login_hint: 'alice' }

/** Asks for the user's approval. No other request may wait. */
export async function startRequest(worker: Commands, client: Client): Promise<WaitingRequest> {
  const known = new Set(await worker.waiting())
  const [answer] = await worker.post(client, cibaPath, cibaForm)
  if (answer?.status !== 200) throw new Error(`not started: ${JSON.stringify(answer)}`)
  const id = (await worker.waiting()).find((one) => !known.has(one))
  if (id === undefined) throw new Error('the request does not wait')
  return { authReqId: answer.body.auth_req_id, id }
}

/** Asks for an approval, which the user gives. */
export async function startApprovedRequest(worker: Commands, client: Client): Promise<WaitingRequest> {
  const request = await startRequest(worker, client)
  const outcome = await worker.decide(request.id, true)
  if (outcome !== 'decided') throw new Error(`not approved: ${outcome}`)
  return request
}

export function collectForm({ authReqId }: WaitingRequest): Readonly<Record<string, string>> {
  return { grant_type: cibaGrantType, auth_req_id: authReqId }
}
