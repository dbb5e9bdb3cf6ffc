import * as client from 'openid-client'
import { withAccess } from '../access-token.ts'
import { Failure } from '../failure.ts'
import { type Output, printable } from '../output.ts'
import type { SessionFile } from '../session-file.ts'

/** Sends a GET request to the API, for the user. */
export async function call(path: string, file: SessionFile, out: Output): Promise<void> {
  const response = await withAccess(file, ({ session, config, DPoP }) => {
    const url = urlOf(session.api, path)
    return client.fetchProtectedResource(config, session.accessToken, url, 'GET', undefined, undefined, { DPoP })
  })
  const text = await response.text()
  if (!response.ok) throw new Failure('failed', `The API answered ${response.status}: ${printable(text).slice(0, 300)}`)
  out.result({ status: response.status, body: bodyOf(response, text) }, printable(text))
}

/** The URL at the API. The token goes nowhere else, whatever the path says. */
export function urlOf(api: string, path: string): URL {
  const base = api.endsWith('/') ? api : `${api}/`
  const url = new URL(`${base}${path.replace(/^\/+/, '')}`)
  if (url.href.startsWith(base)) return url
  throw new Failure('usage', `The path must be at the API ${api}.`)
}

function bodyOf({ headers }: Response, text: string): unknown {
  return headers.get('content-type')?.startsWith('application/json') === true ? JSON.parse(text) : text
}
