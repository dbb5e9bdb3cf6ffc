import type { Answer } from './client.ts'
import { send } from './expectations.ts'
import { baseUrl, type TestUser, type World } from './world.ts'

/** Sends the requests that scripts of the host's own pages send, with or without the session of a user. */
export interface Rpc {
  get(path: string, query?: Readonly<Record<string, string>>): Promise<Answer>
  post(
    path: string,
    body: unknown,
    init?: { readonly method?: string; readonly headers?: HeadersInit },
  ): Promise<Answer>
}

export function rpcOf(world: World, user?: TestUser): Rpc {
  const cookie: Record<string, string> = user === undefined ? {} : { cookie: `session=${world.signIn(user)}` }
  return {
    get(path, query = {}) {
      const search = new URLSearchParams(query).toString()
      return send(world, `${world.issuer}${path}${search === '' ? '' : `?${search}`}`, { headers: cookie })
    },
    post(path, body, { method = 'POST', headers } = {}) {
      const all = new Headers({ 'content-type': 'application/json', origin: baseUrl, ...cookie })
      for (const [name, value] of new Headers(headers)) all.set(name, value)
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return send(world, world.issuer + path, { method, headers: all, body: text })
    },
  }
}
