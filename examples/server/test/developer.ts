import type { Example } from './start.ts'
import { createUserAgent, type Fields, type UserAgent, type Visit } from './user-agent.ts'

/** A signed-in user who makes applications. */
export interface Developer {
  readonly name: string
  readonly userId: string
  readonly agent: UserAgent
  /** Opens a page below `/applications`. */
  open(path: string): Promise<Visit>
}

/** Signs a new user up. */
export async function developer({ baseUrl, provider, issuer }: Example, name: string): Promise<Developer> {
  const agent = createUserAgent()
  const account = { name, email: `${name}@example.com`, password: 'a long password' }
  await agent.submit(await agent.open(`${baseUrl}/signup`), 'Create account', account)
  const open = (path: string) => agent.open(`${baseUrl}/applications${path}`)
  // A client of the user tells the user's id.
  const headers = { cookie: cookiesOf(agent), origin: new URL(issuer).origin, 'content-type': 'application/json' }
  const body = JSON.stringify({ redirect_uris: ['https://rp.example/probe'] })
  const made = await provider.handlers.createClient(new Request(`${issuer}/probe`, { method: 'POST', headers, body }))
  const { client_id, user_id } = (await made.json()) as { client_id: string; user_id: string }
  await provider.deleteClient(client_id)
  return { name, userId: user_id, agent, open }
}

/** Returns the `Cookie` header of a browser. */
export function cookiesOf(agent: UserAgent): string {
  return ['example_id_form', 'example_id_session'].map((name) => `${name}=${agent.cookie(name)}`).join('; ')
}

/** Fills in the form of a new application and sends it. */
export async function create(developer: Developer, kind: string, fields: Fields): Promise<Visit> {
  const form = await developer.open(`/new/${kind}`)
  return developer.agent.submit(form, 'Create application', { name: `The ${kind} of ${developer.name}`, ...fields })
}

/** Returns the id in the path of an application's page, and the client id that the page shows. */
export function application(page: Visit): { readonly id: string; readonly clientId: string } {
  const id = /^\/applications\/([^/]+)$/.exec(page.url.pathname)?.[1]
  const clientId = /<th scope="row">Client ID<\/th><td>([^<]+)</.exec(page.body)?.[1]
  if (id === undefined || clientId === undefined) throw new Error(`no application on ${page.url.href}:\n${page.body}`)
  return { id, clientId }
}

/** Returns the secret that the page shows, if it shows one. */
export function secretOf(page: Visit): string | undefined {
  return /aria-label="Client secret"><code>([^<]+)</.exec(page.body)?.[1]
}

/** Reads the settings that the page shows. */
export function environmentOf(page: Visit): Readonly<Record<string, string | undefined>> {
  const lines = /aria-label="Settings of the application"><code>([^<]+)</.exec(page.body)?.[1] ?? ''
  return Object.fromEntries(lines.split('\n').map((line) => line.split(/=(.*)/).slice(0, 2)))
}
