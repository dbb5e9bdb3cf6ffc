import { authorizeUrl, createPkce } from '../../../../core/test/support/client.ts'
import { idOf } from '../../../../core/test/support/tokens.ts'
import { lifetimes, type Model, pair } from './model.ts'
import { type Operation, operation, unlike } from './operation.ts'
import { people, type Servers } from './servers.ts'
import { exchange } from './token-operations.ts'

/** A user in front of a browser that reaches one of the processes. */
export interface Visitor {
  readonly user: string
  readonly client: string
  readonly process: number
}

const at = ({ user, client, process }: Visitor): string => `${user} for ${client} at ${process}`

/** What the end of a sign-in shows: a code with its grant, or that there is none. */
interface SignIn {
  readonly code: string | undefined
  readonly grant: string
  readonly session: string
  /** Whether the consent page was shown. */
  readonly asked: boolean
}

async function readCode(servers: Servers, { user, process }: Visitor, url: string): Promise<Omit<SignIn, 'asked'>> {
  const session = servers.browser(user, process).cookies.get('session') ?? ''
  const code = new URL(url).searchParams.get('code') ?? undefined
  const storage = servers.processes[process]?.storage
  const found = code === undefined ? undefined : await storage?.authorizationCodes.find(idOf(code))
  return { code, grant: found?.grant.id ?? '', session }
}

/** Adds a code and its grant to the model. */
function addCode(model: Model, { user, client }: Visitor, scope: readonly string[], seen: Omit<SignIn, 'asked'>): void {
  const { refreshTokenMaxTtlSeconds, authorizationCodeTtlSeconds, accessTokenTtlSeconds } = lifetimes
  const lasts = scope.includes('offline_access')
    ? refreshTokenMaxTtlSeconds
    : authorizationCodeTtlSeconds + accessTokenTtlSeconds
  const expiresAt = model.now + lasts
  const { grant, session } = seen
  model.grants[grant] = { user, client, session, scope, expiresAt, ended: false, purged: false }
  model.codes[seen.code as string] = {
    ...{ grant, used: false, purged: false },
    expiresAt: model.now + authorizationCodeTtlSeconds,
  }
  ;(model.users[user] as Model['users'][string]).session = session
}

/** @param onDevice whether the user agreed for a device, which has no redirect URI */
export function remember(model: Model, { user, client }: Visitor, scope: readonly string[], onDevice = false): void {
  const name = pair(user, client)
  const before = model.consents[name] !== undefined && model.redirects[name] === true
  model.redirects[name] = before || !onDevice
  model.consents[name] = [...new Set([...(model.consents[name] ?? []), ...scope])]
}

/** A user signs in at a client, with every page that comes up. */
export function authorize(visitor: Visitor, scope: readonly string[]): Operation {
  const { user, client, process } = visitor
  return operation<SignIn | 'no such user'>({
    label: `authorize ${at(visitor)} (${scope.length === 3 ? 'offline' : 'online'})`,
    async run(servers) {
      const person = people[user] as (typeof people)[string]
      if (!servers.processes[0]?.users.has(person.id)) return 'no such user'
      const pkce = createPkce()
      const browser = servers.browser(user, process)
      const before = browser.visited.length
      const world = servers.processes[process] as (typeof servers.processes)[number]
      const url = authorizeUrl(world, { client_id: client }, pkce, { scope: scope.join(' ') })
      const end = await browser.visit(url, { user: person, accept: true })
      if (end.response.status >= 500) throw new Error(`the server failed: ${end.response.status} at ${end.url}`)
      const seen = await readCode(servers, visitor, end.url)
      if (seen.code !== undefined) servers.verifiers.set(seen.code, pkce.verifier)
      return { ...seen, asked: browser.visited.slice(before).some((one) => one.includes('/oauth2/consent')) }
    },
    step(model, seen) {
      if (seen === 'no such user') return unlike('the user', false, model.users[user]?.exists)
      const enabled = model.clients[client]?.state === 'enabled'
      if (enabled !== (seen.code !== undefined)) return unlike('a code', enabled, seen.code !== undefined)
      if (!enabled) return undefined
      const known = model.consents[pair(user, client)] ?? []
      const asked = !scope.every((name) => known.includes(name)) || model.redirects[pair(user, client)] !== true
      if (asked) remember(model, visitor, scope)
      addCode(model, visitor, scope, seen)
      return unlike('the consent page', asked, seen.asked)
    },
  })
}

/** A user opens the consent page and leaves it open. */
export function openPage(visitor: Visitor, scope: readonly string[]): Operation {
  const { user, client, process } = visitor
  return operation<{ readonly page: string | undefined; readonly session: string } | 'no such user'>({
    label: `open the consent page, ${at(visitor)}`,
    async run(servers) {
      const person = people[user] as (typeof people)[string]
      if (!servers.processes[0]?.users.has(person.id)) return 'no such user'
      const pkce = createPkce()
      const browser = servers.browser(user, process)
      const world = servers.processes[process] as (typeof servers.processes)[number]
      const parameters = { scope: scope.join(' '), prompt: 'consent' }
      const { url } = await browser.visit(authorizeUrl(world, { client_id: client }, pkce, parameters), {
        user: person,
      })
      const page = new URL(url).pathname === '/consent' ? url : undefined
      if (page !== undefined) servers.verifiers.set(page, pkce.verifier)
      return { page, session: browser.cookies.get('session') ?? '' }
    },
    step(model, seen) {
      if (seen === 'no such user') return unlike('the user', false, model.users[user]?.exists)
      const enabled = model.clients[client]?.state === 'enabled'
      if (enabled !== (seen.page !== undefined)) return unlike('a consent page', enabled, seen.page !== undefined)
      if (seen.page === undefined) return undefined
      const { session } = seen
      ;(model.users[user] as Model['users'][string]).session = session
      const expiresAt = model.now + lifetimes.interactionTtlSeconds
      model.pages[seen.page] = { user, client, session, scope, expiresAt, over: false }
      return undefined
    },
  })
}

/** A user agrees on a consent page that was opened before. */
export function answerPage(page: string, visitor: Visitor): Operation {
  const { user, process } = visitor
  return operation<Omit<SignIn, 'asked'>>({
    label: `agree on the consent page, ${at(visitor)}`,
    async run(servers) {
      const response = await servers.browser(user, process).consent(page, true)
      if (response.status >= 500) throw new Error(`the server failed: ${response.status} on the consent page`)
      const seen = await readCode(servers, visitor, response.headers.get('location') ?? 'about:blank')
      if (seen.code !== undefined) servers.verifiers.set(seen.code, servers.verifiers.get(page) as string)
      return seen
    },
    step(model, seen) {
      const state = model.pages[page] as Model['pages'][string]
      const alive = !state.over && model.now < state.expiresAt && model.users[user]?.session === state.session
      const given = alive && model.clients[state.client]?.state === 'enabled'
      if (given !== (seen.code !== undefined)) return unlike('a code', given, seen.code !== undefined)
      if (!given) return undefined
      state.over = true
      remember(model, visitor, state.scope)
      addCode(model, visitor, state.scope, seen)
      return undefined
    },
  })
}

/** A user signs in, and the client exchanges the code at once. */
export function signIn(visitor: Visitor, scope: readonly string[]): Operation {
  const first = authorize(visitor, scope)
  const then = (seen: unknown): Operation | undefined => {
    const { code } = seen as { readonly code?: string | undefined }
    return code === undefined ? undefined : exchange(code, visitor, true)
  }
  return operation<readonly [unknown, unknown]>({
    label: `${first.label}, with tokens`,
    async run(servers) {
      const seen = await first.run(servers)
      return [seen, await then(seen)?.run(servers)]
    },
    step: (model, [seen, tokens], beside) => first.step(model, seen, beside) ?? then(seen)?.step(model, tokens, beside),
  })
}
