import * as aiSdk from '@ai-sdk/mcp'
import * as next from '@modelcontextprotocol/client'
import { auth as auth132, UnauthorizedError as UnauthorizedError132 } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client as Client132 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as Transport132 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { auth as auth118, UnauthorizedError as UnauthorizedError118 } from 'mcp-sdk-1-18/client/auth.js'
import { Client as Client118 } from 'mcp-sdk-1-18/client/index.js'
import { StreamableHTTPClientTransport as Transport118 } from 'mcp-sdk-1-18/client/streamableHttp.js'
import { auth as auth123, UnauthorizedError as UnauthorizedError123 } from 'mcp-sdk-1-23/client/auth.js'
import { Client as Client123 } from 'mcp-sdk-1-23/client/index.js'
import { StreamableHTTPClientTransport as Transport123 } from 'mcp-sdk-1-23/client/streamableHttp.js'
import type { AgentLibrary } from './agent.ts'
import type { ClientHost } from './client-host.ts'

/** What the versions of the SDK have in common. Their declarations differ in what does not matter here. */
interface SdkClient {
  connect(transport: never): Promise<void>
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
  close(): Promise<void>
}

interface SdkVersion {
  readonly Client: new (about: { name: string; version: string }) => SdkClient
  readonly Transport: new (url: URL, options: never) => { finishAuth: (answer: never) => Promise<void> }
  readonly UnauthorizedError: new (...args: never) => Error
  readonly auth: (host: never, options: { serverUrl: string; scope: string }) => Promise<unknown>
  /** What `finishAuth` takes: the code alone, or the whole answer. */
  readonly answer: (answer: URLSearchParams) => unknown
}

function sdk({ Client, Transport, UnauthorizedError, auth, answer: read }: SdkVersion): AgentLibrary {
  const transport = (url: string, host: ClientHost) => new Transport(new URL(url), { authProvider: host } as never)
  return {
    async connect(url, host) {
      const client = new Client({ name: 'a-client-of-the-tests', version: '1.0.0' })
      await client.connect(transport(url, host) as never)
      return {
        listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
        callTool: async (name, input) => textOf(await client.callTool({ name, arguments: { ...input } })),
        close: () => client.close(),
      }
    },
    finish: (url, host, answer) => transport(url, host).finishAuth(read(answer) as never),
    authorize: async (serverUrl, host, scope) => void (await auth(host as never, { serverUrl, scope })),
    isSignIn: (error) => error instanceof UnauthorizedError,
  }
}

const code = (answer: URLSearchParams) => answer.get('code')

/** `@modelcontextprotocol/sdk` 1.18. */
export const sdk118: AgentLibrary = sdk({
  ...{ Client: Client118, Transport: Transport118, UnauthorizedError: UnauthorizedError118, auth: auth118 },
  answer: code,
})

/** `@modelcontextprotocol/sdk` 1.23. */
export const sdk123: AgentLibrary = sdk({
  ...{ Client: Client123, Transport: Transport123, UnauthorizedError: UnauthorizedError123, auth: auth123 },
  answer: code,
})

/** `@modelcontextprotocol/sdk` 1.32. */
export const sdk132: AgentLibrary = sdk({
  ...{ Client: Client132, Transport: Transport132, UnauthorizedError: UnauthorizedError132, auth: auth132 },
  answer: code,
})

/** `@modelcontextprotocol/client` 2.4. */
export const client24: AgentLibrary = sdk({
  ...{ Client: next.Client, Transport: next.StreamableHTTPClientTransport, UnauthorizedError: next.UnauthorizedError },
  auth: next.auth,
  answer: (answer) => answer,
})

/** `@ai-sdk/mcp`. */
export const aiSdkMcp: AgentLibrary = {
  async connect(url, host) {
    const client = await aiSdk.createMCPClient({
      transport: { type: 'http', url, authProvider: host as unknown as aiSdk.OAuthClientProvider },
    })
    return {
      listTools: async () => (await client.listTools()).tools.map(({ name }) => name),
      async callTool(name, input) {
        const tools = (await client.tools()) as Readonly<Record<string, { execute: (...args: unknown[]) => unknown }>>
        return textOf(await tools[name]?.execute(input, { toolCallId: '1', messages: [] }))
      },
      close: () => client.close(),
    }
  },
  async finish(url, host, answer) {
    await aiSdk.auth(host as unknown as aiSdk.OAuthClientProvider, {
      serverUrl: url,
      authorizationCode: answer.get('code') ?? '',
      callbackState: answer.get('state') ?? '',
      callbackIssuer: answer.get('iss') ?? '',
    })
  },
  authorize: async (serverUrl, host, scope) =>
    void (await aiSdk.auth(host as unknown as aiSdk.OAuthClientProvider, { serverUrl, scope })),
  isSignIn: (error) => error instanceof aiSdk.UnauthorizedError,
}

function textOf(result: unknown): string {
  const { content } = result as { readonly content: readonly { readonly text?: string }[] }
  return content.map(({ text }) => text ?? '').join('\n')
}
