import { memoryStorage } from '@oauth/core/memory'
import type { ProviderOptions } from '../../src/config/options.ts'
import { resolveConfig } from '../../src/config/resolve.ts'
import type { Context } from '../../src/contracts/context.ts'
import type { Registry } from '../../src/contracts/registry.ts'
import { hostPorts } from '../../src/host/ports.ts'
import { createContext } from '../../src/server/context.ts'

/** Makes a context for the functions that make pages, with the real options and no features. */
export function pageContext(changes: Partial<ProviderOptions> = {}): Context {
  const options: ProviderOptions = {
    baseUrl: 'https://id.example.com',
    secret: 's'.repeat(32),
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    logger: false,
    ...changes,
  }
  const ctx = createContext(resolveConfig(options), options.storage, hostPorts(options))
  ctx.registry = { clientSources: [] } as unknown as Registry
  return ctx
}

/** A request of a browser, for instance with `accept-language`. */
export function pageRequest(headers: Readonly<Record<string, string>> = {}, query = ''): Request {
  return new Request(`https://id.example.com/auth/oauth2/authorize${query}`, { headers })
}

/** What a user reads on a page: its language, title and texts, and what stands below for the developer. */
export interface ReadPage {
  readonly language: string | undefined
  readonly title: string | undefined
  readonly user: readonly (string | undefined)[]
  readonly developers: readonly (string | undefined)[]
  readonly links: readonly (readonly [string | undefined, string | undefined])[]
}

/** Reads a built-in page. */
export function readBuiltIn(html: string): ReadPage {
  const [forUser = '', forDevelopers = ''] = html.slice(html.indexOf('<main>')).split('<aside')
  const paragraphs = (part: string) =>
    [...part.matchAll(/<p(?: lang="en" dir="ltr")?>(.*?)<\/p>/g)].map(([, text]) => text)
  const links = [...html.matchAll(/<a(?: id="continue")? href="([^"]*)" rel="noreferrer">(.*?)<\/a>/g)]
  return {
    language: html.match(/<html lang="([^"]*)"/)?.[1],
    title: forUser.match(/<h1>(.*)<\/h1>/)?.[1],
    user: paragraphs(forUser),
    developers: paragraphs(forDevelopers),
    links: links.map(([, href, text]) => [text, href] as const),
  }
}
