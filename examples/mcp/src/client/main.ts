// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Connection, callTool } from './connection.ts'
import { createMemoryClient } from './oauth-client-provider.ts'

const url = process.argv[2] ?? 'http://localhost:3001/mcp'

/** The server of the redirect URI. It listens on a port of this computer while the program runs. */
const callbacks = createServer()
await new Promise<void>((resolve) => callbacks.listen(0, '127.0.0.1', resolve))
const redirectUrl = `http://127.0.0.1:${(callbacks.address() as AddressInfo).port}/callback`

let code: Promise<string> | undefined
const provider = createMemoryClient({
  redirectUrl,
  open: (authorizationUrl) => {
    code = waitForCode()
    console.log(`\nOpen this in your browser:\n\n${authorizationUrl}\n`)
  },
})
const connection: Connection = { url, provider, nextCode: () => code ?? waitForCode() }

try {
  console.log(await callTool(connection, 'list_notes'))
  console.log(await callTool(connection, 'add_note', { text: `Seen at ${new Date().toISOString()}` }))
  console.log(await callTool(connection, 'list_notes'))
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
} finally {
  callbacks.close()
}

/** Waits for the authorization response and returns its code. Refuses other requests to this port and waits on. */
function waitForCode(): Promise<string> {
  return new Promise((resolve, reject) => {
    callbacks.removeAllListeners('request').on('request', (request, response) => {
      const answer = (status: number, text: string): void => {
        response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(text)
      }
      try {
        const found = provider.readCallback(new URL(request.url ?? '/', redirectUrl))
        if (found === undefined) return answer(400, 'This is no answer to what we asked.')
        answer(200, 'Signed in. You may close this window.')
        resolve(found)
      } catch (error) {
        answer(200, 'Not signed in. You may close this window.')
        reject(error)
      }
    })
  })
}
