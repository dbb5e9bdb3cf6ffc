import type { RequestListener } from 'node:http'
import { readText, send } from './plain-http.ts'

const body = JSON.stringify({ access_token: 'x'.repeat(68), token_type: 'Bearer', expires_in: 3600, scope: 'a b c' })

/** The bare server, to which all figures are compared: the cost of node:http alone. */
export const bare: RequestListener = (request, response) => {
  if (request.method === 'POST') readText(request, () => send(response, 200, body))
  else send(response, 200, body)
}
