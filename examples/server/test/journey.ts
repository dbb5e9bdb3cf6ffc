import { expect } from 'vitest'
import { demoAccount } from '../src/identity/demo-account.ts'
import type { UserAgent, Visit } from './user-agent.ts'

/** Signs in with the demo account if a page asks for it, allows the requested scopes, and returns the callback URL. */
export async function authorize(agent: UserAgent, url: URL, redirectUri: string): Promise<URL> {
  let page = await agent.open(url, redirectUri)
  if (page.url.pathname === '/login') page = await signIn(agent, page, redirectUri)
  if (page.url.pathname === '/consent') page = await agent.submit(page, 'Allow', {}, redirectUri)
  expect(page.url.href, page.body).toMatch(redirectUri)
  return page.url
}

/** Signs in with the demo account, or confirms it where the page asks a user who is signed in. */
export function signIn(agent: UserAgent, page: Visit, until?: string): Promise<Visit> {
  const button = page.body.includes('>Confirm</button>') ? 'Confirm' : 'Sign in'
  return agent.submit(page, button, { email: demoAccount.email, password: demoAccount.password }, until)
}
