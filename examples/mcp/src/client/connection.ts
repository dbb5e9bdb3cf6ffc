import { auth, extractWWWAuthenticateParams, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { MemoryClient } from './oauth-client-provider.ts'

export interface Connection {
  readonly url: string
  readonly provider: MemoryClient
  /** Waits for the user to come back from the authorization server, and returns the code. */
  readonly nextCode: () => Promise<string>
}

/** The largest number of times that the user is asked: once to sign in, once for more scopes. */
const mostSignIns = 2

/** Calls a tool, with the sign-in that it needs, and returns the text of its result. */
export async function callTool(
  connection: Connection,
  name: string,
  input: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  for (let signIns = 0; ; signIns++) {
    const attempt = open(connection)
    try {
      await attempt.client.connect(attempt.transport)
      const { content } = await attempt.client.callTool({ name, arguments: input })
      return (content as readonly { readonly text?: string }[]).map(({ text }) => text ?? '').join('\n')
    } catch (error) {
      if (signIns >= mostSignIns || !(await isAsked(error, attempt, connection))) throw error
      await attempt.transport.finishAuth(await connection.nextCode())
    } finally {
      await attempt.client.close()
    }
  }
}

interface Attempt {
  readonly client: Client
  readonly transport: StreamableHTTPClientTransport
  /** Returns the scopes that the server demanded, if it demanded any. */
  readonly missingScope: () => string | undefined
}

function open({ url, provider }: Connection): Attempt {
  let scope: string | undefined
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    authProvider: provider,
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      if (response.status === 403) scope = extractWWWAuthenticateParams(response).scope
      return response
    },
  })
  return { client: new Client({ name: 'example', version: '1.0.0' }), transport, missingScope: () => scope }
}

/** Returns whether the user has been sent to the authorization server. */
async function isAsked(error: unknown, { missingScope }: Attempt, { url, provider }: Connection): Promise<boolean> {
  // The SDK has found the server, registered this client and sent the user there.
  if (error instanceof UnauthorizedError) return true
  // With a refresh token, this version of the SDK refreshes, which gives no new scope (typescript-sdk issue 2255).
  // So delete the tokens, and the SDK asks the user.
  const scope = missingScope()
  if (!(error instanceof StreamableHTTPError) || error.code !== 403 || scope === undefined) return false
  provider.invalidateCredentials('tokens')
  return (await auth(provider, { serverUrl: url, scope })) === 'REDIRECT'
}
