import type { ClientHost } from './client-host.ts'
import { approve, type Servers } from './server.ts'

/** A connected client. */
export interface Session {
  readonly listTools: () => Promise<readonly string[]>
  /** Calls a tool and returns the text of its result. */
  readonly callTool: (name: string, input: Readonly<Record<string, unknown>>) => Promise<string>
  readonly close: () => Promise<void>
}

/** One client of MCP, as a program uses it. */
export interface AgentLibrary {
  /** Connects. It rejects when the user must sign in first. */
  readonly connect: (url: string, host: ClientHost) => Promise<Session>
  /** Hands over the answer to the redirect URI. */
  readonly finish: (url: string, host: ClientHost, answer: URLSearchParams) => Promise<void>
  /** Sends the user to the authorization server for these scopes, for a program that does the step-up itself. */
  readonly authorize: (url: string, host: ClientHost, scope: string) => Promise<void>
  /** Tells whether an error of the client means that it has sent the user to the authorization server. */
  readonly isSignIn: (error: unknown) => boolean
}

export interface Agent {
  readonly host: ClientHost
  readonly listTools: () => Promise<readonly string[]>
  /** Calls a tool. When the client opens the browser, the user allows it and the program calls again, once. */
  readonly call: (name: string, input?: Readonly<Record<string, unknown>>) => Promise<string>
  /** Steps up as a program must that uses a client without step-up: it forgets the tokens and asks for the scopes. */
  readonly stepUp: (scope: string) => Promise<void>
}

/** A program that uses a client as its documentation says, and its user. */
export function createAgent(
  servers: Pick<Servers, 'resource' | 'browser'>,
  library: AgentLibrary,
  host: ClientHost,
): Agent {
  const { resource } = servers

  async function signIn(): Promise<void> {
    const url = host.asked.at(-1)
    if (url === undefined) throw new Error('the client has not opened the browser')
    const page = await approve(servers, url)
    const answer = page.url.searchParams
    if (!page.url.href.startsWith(host.redirectUrl) || answer.get('code') === null)
      throw new Error(`the sign-in ended at ${page.url} (${page.status}):\n${page.body}`)
    if (answer.get('state') !== url.searchParams.get('state')) throw new Error('the answer has another state')
    await library.finish(resource, host, answer)
  }

  async function withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      let session: Session | undefined
      try {
        session = await library.connect(resource, host)
        return await use(session)
      } catch (error) {
        if (attempt > 0 || !library.isSignIn(error)) throw error
        await signIn()
      } finally {
        await session?.close()
      }
    }
  }

  return {
    host,
    async stepUp(scope) {
      host.invalidateCredentials('tokens')
      await library.authorize(resource, host, scope)
      await signIn()
    },
    listTools: () => withSession((session) => session.listTools()),
    call: (name, input = {}) => withSession((session) => session.callTool(name, input)),
  }
}
