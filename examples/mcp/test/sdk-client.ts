import type { UserAgent, Visit } from '../../server/test/user-agent.ts'
import { demoAccount } from '../src/authorization-server/account.ts'
import { callTool } from '../src/client/connection.ts'
import { createMemoryClient, type MemoryClient } from '../src/client/oauth-client-provider.ts'
import type { Example } from './start.ts'

/** The redirect URI. Nothing listens there: the test reads the URL as the client would. */
export const redirectUrl = 'http://127.0.0.1:45454/callback'

export interface SdkClient {
  readonly provider: MemoryClient
  /** The authorization URLs that the SDK sent the user to. */
  readonly asked: readonly URL[]
  /** Calls a tool. The demo user signs in and allows the requested scopes if the client asks. */
  readonly call: (name: string, input?: Readonly<Record<string, unknown>>, url?: string) => Promise<string>
}

export interface SdkClientOptions {
  readonly grantTypes?: readonly string[]
  /** The SDK's hook for a host that chooses the `resource` itself. */
  readonly resource?: (server: URL) => URL | undefined
}

/** Makes the SDK's client with the settings of the example. */
export function createSdkClient(example: Example, options: SdkClientOptions = {}): SdkClient {
  const { grantTypes, resource } = options
  const asked: URL[] = []
  const memory = createMemoryClient({
    redirectUrl,
    open: (url) => asked.push(url),
    ...(grantTypes !== undefined && { grantTypes }),
  })
  const provider: MemoryClient =
    resource === undefined ? memory : { ...memory, validateResourceURL: async (server) => resource(new URL(server)) }
  return {
    provider,
    asked,
    call: (name, input, url = example.notes) => {
      const nextCode = async (): Promise<string> => {
        const code = provider.readCallback(await authorize(example.agent, asked.at(-1) as URL))
        if (code === undefined) throw new Error('the client does not take the answer for one')
        return code
      }
      return callTool({ url, provider, nextCode }, name, input)
    },
  }
}

/** Signs in if a page asks for it, allows the requested scopes, and returns the callback URL. */
export async function authorize(agent: UserAgent, url: URL, until: string = redirectUrl): Promise<URL> {
  const page = await openConsent(agent, url, until)
  if (page.url.href.startsWith(until)) return page.url
  return (await agent.submit(page, 'Allow', {}, until)).url
}

/** Signs in, and stops at the consent page or at the client. */
export async function openConsent(agent: UserAgent, url: URL, until: string = redirectUrl): Promise<Visit> {
  const page = await agent.open(url, until)
  return page.url.pathname === '/login' ? agent.submit(page, 'Sign in', demoAccount, until) : page
}
