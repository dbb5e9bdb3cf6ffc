import { createHash, randomBytes } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { AuthorizedCode, Client } from '../processes/host.ts'
import type { Journal } from './journal.ts'

/** An answer with a status of 200 to 499, or `undefined` when the client cannot know what happened. */
export type Reply =
  | {
      readonly status: number
      readonly location: string | undefined
      // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
      readonly body: any
    }
  | undefined

/** A client that sends real HTTP requests to several processes of one provider, and notes what it gets. */
export interface HttpClient {
  /** Asks for a code. `undefined`: no answer. */
  authorize(process: number): Promise<AuthorizedCode | undefined>
  post(process: number, path: string, form: Readonly<Record<string, string>>): Promise<Reply>
  close(): void
}

const redirectUri = 'https://app.example.com/callback'

export function httpClient(ports: readonly number[], client: Client, journal: Journal): HttpClient {
  const agent = new Agent({ keepAlive: true })
  const authorization = `Basic ${btoa(`${client.client_id}:${encodeURIComponent(client.client_secret)}`)}`

  async function send(process: number, path: string, form?: Readonly<Record<string, string>>): Promise<Reply> {
    const began = performance.now()
    const note = (isAnswered: boolean) => journal.samples.push({ process, began, ended: performance.now(), isAnswered })
    try {
      const { response, text } = await sendOnce(agent, ports[process] as number, path, authorization, form)
      const { statusCode: status = 0, headers } = response
      if (status === 503) {
        if (!(Number(headers['retry-after']) > 0)) journal.faults.push(`${path} answered 503 without Retry-After`)
        note(false)
        return undefined
      }
      if (status >= 500) journal.faults.push(`${path} answered ${status}: ${text.slice(0, 300)}`)
      note(status < 500)
      const isJson = headers['content-type']?.startsWith('application/json') ?? false
      return { status, location: headers.location, body: isJson ? JSON.parse(text) : text }
    } catch (error) {
      // The processes of the provider do not end, so a request without any answer is a fault.
      journal.faults.push(`${path} got no answer: ${error}`)
      note(false)
      return undefined
    }
  }

  return {
    async authorize(process) {
      const verifier = randomBytes(32).toString('base64url')
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: client.client_id,
        redirect_uri: redirectUri,
        scope: 'openid offline_access notes:read',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      const reply = await send(process, `/auth/oauth2/authorize?${query}`)
      if (reply === undefined) return undefined
      const url = reply.location !== undefined && URL.canParse(reply.location) ? new URL(reply.location) : undefined
      const code = url?.searchParams.get('code')
      if (code) return { code, verifier }
      // The authorization endpoint tells the client of an outage by a redirect.
      const isUnavailable = url?.searchParams.get('error') === 'temporarily_unavailable'
      if (!isUnavailable) journal.faults.push(`no code: ${reply.status} ${reply.location} ${reply.body}`)
      return undefined
    },
    post: (process, path, form) => send(process, `/auth${path}`, form),
    close: () => agent.destroy(),
  }
}

function sendOnce(
  agent: Agent,
  port: number,
  path: string,
  authorization: string,
  form: Readonly<Record<string, string>> | undefined,
): Promise<{ readonly response: IncomingMessage; readonly text: string }> {
  const headers = form && { authorization, 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const method = form ? 'POST' : 'GET'
    const sent = request({ host: '127.0.0.1', port, path, method, agent, ...(headers && { headers }) }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ response, text }))
      response.on('error', reject)
    })
    sent.setTimeout(15_000, () => sent.destroy(new Error('no answer within 15 seconds')))
    sent.on('error', reject)
    sent.end(form && new URLSearchParams(form).toString())
  })
}
