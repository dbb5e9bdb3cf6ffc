import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../../../core/test/support/client.ts'
import { api, introspect } from '../../../core/test/support/tokens.ts'
import { alice, type World } from '../../../core/test/support/world.ts'

const plain = { scope: 'notes:read offline_access' }
const machine = { grant_type: 'client_credentials' }

/** The name of a flow in docs/storage.md, and a function that prepares the flow and returns a function that runs it. */
export type Flow = readonly [name: string, prepare: (world: World) => Promise<() => Promise<unknown>>]

async function withClient(world: World) {
  const client = await registerConfidential(world)
  // The first token puts the client into the cache. The count starts after it.
  await postAs(world, client, '/oauth2/token', machine)
  return client
}

async function withTokens(world: World, parameters = {}) {
  const client = await withClient(world)
  const authorized = await authorize(world, client, plain)
  const { body } = await exchangeCode(world, client, authorized, parameters)
  return { client, authorized, tokens: body }
}

const get = (world: World, path: string) => world.provider.fetch(new Request(world.issuer + path))

export const flows: readonly Flow[] = [
  ['discovery', async (world) => () => get(world, '/.well-known/openid-configuration')],
  ['JWKS', async (world) => () => get(world, '/jwks')],
  [
    'client_credentials, opaque',
    async (world) => {
      const client = await withClient(world)
      return () => postAs(world, client, '/oauth2/token', machine)
    },
  ],
  [
    'client_credentials, the first of a client',
    async (world) => {
      const client = await registerConfidential(world)
      return () => postAs(world, client, '/oauth2/token', machine)
    },
  ],
  [
    'client_credentials, JWT',
    async (world) => {
      const client = await withClient(world)
      return () => postAs(world, client, '/oauth2/token', { ...machine, resource: api })
    },
  ],
  [
    'authorization, sent to sign in',
    async (world) => {
      const client = await withClient(world)
      return () => world.browser().request(authorizeUrl(world, client, createPkce(), plain))
    },
  ],
  [
    'authorization, sign-in to consent page',
    async (world) => {
      const client = await withClient(world)
      const browser = world.browser()
      const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), plain))
      const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(url))
      browser.signIn(alice)
      return () => browser.request(returnTo)
    },
  ],
  [
    'authorization, consent given',
    async (world) => {
      const client = await withClient(world)
      const browser = world.browser()
      const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), plain), { user: alice })
      return () => browser.consent(url, true)
    },
  ],
  [
    'authorization, consent remembered',
    async (world) => {
      const { client, authorized } = await withTokens(world)
      return () => authorized.browser.request(authorizeUrl(world, client, createPkce(), plain))
    },
  ],
  [
    'code exchange',
    async (world) => {
      const client = await withClient(world)
      const authorized = await authorize(world, client, plain)
      return () => exchangeCode(world, client, authorized)
    },
  ],
  [
    'code exchange, JWT and ID token',
    async (world) => {
      const client = await withClient(world)
      const authorized = await authorize(world, client)
      return () => exchangeCode(world, client, authorized, { resource: api })
    },
  ],
  [
    'refresh',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      return () => refresh(world, client, tokens.refresh_token)
    },
  ],
  [
    'refresh, each one after the first',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      const { body } = await refresh(world, client, tokens.refresh_token)
      return () => refresh(world, client, body.refresh_token)
    },
  ],
  [
    'refresh, the same token again',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      await refresh(world, client, tokens.refresh_token)
      return () => refresh(world, client, tokens.refresh_token)
    },
  ],
  [
    'refresh, two at once (both)',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      const twins = [0, 1].map(() => () => refresh(world, client, tokens.refresh_token))
      return async () => {
        const [one, other] = await Promise.all(twins.map((twin) => twin()))
        if (one?.body.refresh_token !== other?.body.refresh_token) throw new Error('two successors')
        return one
      }
    },
  ],
  [
    'introspection, opaque',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      return () => introspect(world, client, tokens.access_token)
    },
  ],
  [
    'introspection, JWT',
    async (world) => {
      const { client, tokens } = await withTokens(world, { resource: api })
      return () => introspect(world, client, tokens.access_token)
    },
  ],
  [
    'introspection, refresh token',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      return () => introspect(world, client, tokens.refresh_token)
    },
  ],
  [
    'userinfo',
    async (world) => {
      const client = await withClient(world)
      const { body } = await exchangeCode(world, client, await authorize(world, client))
      return () => userinfo(world, body.access_token)
    },
  ],
  [
    'revocation, opaque access token',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      return () => postAs(world, client, '/oauth2/revoke', { token: tokens.access_token })
    },
  ],
  [
    'revocation, JWT access token',
    async (world) => {
      const { client, tokens } = await withTokens(world, { resource: api })
      return () => postAs(world, client, '/oauth2/revoke', { token: tokens.access_token })
    },
  ],
  [
    'revocation, refresh token',
    async (world) => {
      const { client, tokens } = await withTokens(world)
      return () => postAs(world, client, '/oauth2/revoke', { token: tokens.refresh_token })
    },
  ],
]
