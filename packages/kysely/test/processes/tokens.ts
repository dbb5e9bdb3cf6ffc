import type { Commands } from './commands.ts'
import { type Client, codeForm } from './host.ts'

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** Runs a code flow and returns the tokens of the new grant. */
export async function tokensOf(worker: Commands, client: Client): Promise<Tokens> {
  const [answer] = await worker.post(client, '/oauth2/token', codeForm(await worker.authorize(client)))
  if (answer?.status !== 200) throw new Error(`no tokens: ${JSON.stringify(answer)}`)
  return answer.body
}
