import type { RegisteredClient, Storage } from '@oauth/core'
import { expect } from 'vitest'
import type { Browser } from './browser.ts'
import { authorize, authorizeUrl, createPkce, registerConfidential } from './client.ts'
import { createGate, type Gate } from './gate.ts'
import { wrapStorage } from './storage.ts'
import { alice, createWorld, type World, type WorldOptions } from './world.ts'

const scope = 'openid email offline_access'

/** Where an authorization waits: in a function of the host, or before or after the server writes the code. */
export const places = [
  'getSession',
  'selectAccountResolver',
  'postLoginResolver',
  'consentReferenceResolver',
  'before the write of the code',
  'after the write of the code',
] as const
export type Place = (typeof places)[number]

/** The request that should end in a code. */
export const ways = [
  'a request that needs no page',
  'the return from a page',
  'the answer of the consent page',
] as const
export type Way = (typeof ways)[number]

interface Setting {
  readonly world: World
  readonly client: RegisteredClient
  readonly browser: Browser
  readonly gate: Gate
}

/** Calls that withdraw a consent, a grant, a session or a client. */
export const withdrawals = {
  async deleteConsent({ world }: Setting) {
    for (const { id } of await world.provider.listConsents(alice.id)) await world.provider.deleteConsent(id)
  },
  async updateConsent({ world }: Setting) {
    for (const { id } of await world.provider.listConsents(alice.id)) {
      await world.provider.updateConsent(id, { scopes: ['openid'] })
    }
  },
  async revokeUserGrants({ world }: Setting) {
    await world.provider.revokeUserGrants(alice.id)
  },
  async 'revokeUserGrants of one client'({ world, client }: Setting) {
    await world.provider.revokeUserGrants(alice.id, { clientId: client.client_id })
  },
  async disconnectApp({ world, client }: Setting) {
    await world.provider.disconnectApp(alice.id, client.client_id)
  },
  async sessionEnded({ world, browser }: Setting) {
    const sessionId = browser.cookies.get('session') as string
    world.sessions.delete(sessionId)
    await world.provider.sessionEnded(sessionId)
  },
  async deleteClient({ world, client }: Setting) {
    await world.provider.deleteClient(client.client_id)
  },
} as const
export type WithdrawalName = keyof typeof withdrawals

async function prepare(storage: Storage, place: Place, options: WorldOptions): Promise<Setting> {
  const gate = createGate()
  const at = (here: Place, answer: unknown) => async () => {
    if (here === place) await gate.pass()
    return answer as never
  }
  const gated = wrapStorage(storage, (name, _args, run) => {
    if (name !== 'grants.commit') return run()
    return (async () => {
      if (place === 'before the write of the code') await gate.pass()
      const outcome = await run()
      if (place === 'after the write of the code') await gate.pass()
      return outcome
    })()
  })
  const world = createWorld({
    ...options,
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
    storage: gated,
    selectAccountUrl: '/select',
    postLoginUrl: '/post-login',
    selectAccountResolver: at('selectAccountResolver', false),
    postLoginResolver: at('postLoginResolver', false),
    consentReferenceResolver: at('consentReferenceResolver', undefined),
  })
  const find = world.sessions.get.bind(world.sessions)
  // The host reads the session before it waits.
  const findLater = async (id: string) => {
    const found = find(id)
    if (place === 'getSession') await gate.pass()
    return found
  }
  world.sessions.get = findLater as unknown as typeof find
  const client = await registerConfidential(world)
  const { browser } = await authorize(world, client, { scope })
  return { world, client, browser, gate }
}

/** Brings the user to the last step before the code. Returns the function that takes that step. */
async function approach({ world, client, browser }: Setting, way: Way): Promise<() => Promise<Response>> {
  const url = (more: Record<string, string> = {}) => authorizeUrl(world, client, createPkce(), { scope, ...more })
  if (way === 'a request that needs no page') return () => browser.request(url())
  if (way === 'the answer of the consent page') {
    const page = await browser.visit(url({ prompt: 'consent' }))
    return () => browser.consent(page.url, true)
  }
  const page = await browser.visit(url({ prompt: 'login' }))
  const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
  world.clock.advance(1)
  browser.signIn(alice)
  return () => browser.request(returnTo)
}

const liveGrants = async ({ world }: Setting): Promise<readonly string[]> =>
  (await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).map(({ id }) => id)

/** Runs a withdrawal while an authorization waits, and expects that the server issues no code and no grant. */
export async function expectNothingIssued(
  storage: Storage,
  place: Place,
  way: Way,
  name: WithdrawalName,
  options: WorldOptions = {},
): Promise<void> {
  const setting = await prepare(storage, place, options)
  const { world, client, browser, gate } = setting
  const take = await approach(setting, way)
  const before = await liveGrants(setting)
  gate.arm()
  const taken = take()
  await gate.reached
  await withdrawals[name](setting)
  gate.open()
  const response = await taken
  expect(response.headers.get('location') ?? '').not.toContain('code=')
  expect((await liveGrants(setting)).filter((id) => !before.includes(id))).toEqual([])
  const consents = await world.storage.consents.list({ userId: alice.id })
  if (['deleteConsent', 'deleteClient', 'disconnectApp'].includes(name)) expect(consents).toEqual([])
  if (name === 'updateConsent') for (const consent of consents) expect(consent.scope).toEqual(['openid'])
  if (name === 'deleteClient') return
  // A user who signs in again within the same second gets a code.
  browser.signIn(alice)
  const again = await authorize(world, client, { scope }, { browser })
  expect(again.code).toMatch(/^c/)
}
