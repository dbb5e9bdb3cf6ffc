import { createServer, type IncomingMessage, type Server, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { receivedAt } from '@oauth/core'
import { clientIdMetadataDocuments } from '@oauth/core/features/client-id-metadata-documents'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'
import { createTenants, type TenantOptions, tenantsByHost, tenantsByPath } from '@oauth/core/tenants'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { authorize, authorizeUrl, createPkce, getTokens, postAs, registerConfidential } from '../support/client.ts'
import { createGate } from '../support/gate.ts'
import { alice } from '../support/world.ts'
import { pairOf, secret, tenantWorlds } from './two-tenants.ts'

const plain: TenantOptions = {
  authentication: { getSession: () => undefined, getUser: () => undefined },
  loginUrl: '/login',
  consentUrl: '/consent',
}
/** The message of the cause of an event. */
const causeOf = (event: object | undefined): string => String((event as { cause?: unknown } | undefined)?.cause)
const jwksOf = (tenant: string) => new Request(`https://${tenant}.auth.example.com/auth/jwks`)

describe('the options of a tenant', () => {
  test('options that fail give 503 with the reason in an event, are asked for again, and leave other tenants alone', async () => {
    let fails = true
    const { tenants, told } = tenantWorlds(memoryStorage(), {
      tenant: (tenant) => {
        if (fails && tenant === 'acme') throw new Error('the database of settings is away')
        return {}
      },
    })
    const refused = await tenants.fetch(jwksOf('acme'))
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    const text = await refused.text()
    expect(JSON.parse(text).error).toBe('temporarily_unavailable')
    expect(text).not.toContain('settings')
    expect(told).toMatchObject([{ tenant: 'acme', event: { type: 'request.failed', endpoint: 'tenant' } }])
    await expect(tenants.provider('acme')).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    expect((await tenants.fetch(jwksOf('globex'))).status).toBe(200)
    fails = false
    expect((await tenants.fetch(jwksOf('acme'))).status).toBe(200)
  })

  test.each([
    ['in the default log', {}, 1],
    ['in onEvent alone', { logger: false, onEvent: () => undefined } as const, 0],
    ['by the listener, when nobody else hears it', { logger: false } as const, 1],
  ])('a page that asks for the provider of such a tenant tells the reason once: %s', async (_where, options, lines) => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const tenants = createTenants({
      resolve: tenantsByPath({ baseUrl: 'http://localhost' }),
      ...{ storage: memoryStorage(), secret, ...options },
      options: () => {
        throw new Error('the database of settings is away')
      },
    })
    const pages = async (request: Request) => {
      await tenants.provider(tenants.tenantOf(request) ?? '')
      return new Response('Sign in')
    }
    const server = createServer(nodeListener(tenants, pages)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const { status, headers } = await fetch(`http://127.0.0.1:${port}/t/acme/login`)
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
    await new Promise((resolve) => setTimeout(resolve, 30))
    const text = printed.mock.calls.flat().join('\n')
    expect(text.match(/the database of settings is away/g) ?? []).toHaveLength(lines)
    printed.mockRestore()
    await new Promise((resolve) => server.close(resolve))
  })

  test.each<[string, object, string]>([
    ['an unknown option', { loginURL: '/' }, 'unknown option loginURL'],
    ['a storage of its own', { storage: memoryStorage() }, 'leave out storage'],
    ['a base URL of its own', { baseUrl: 'https://id.example.com' }, 'leave out baseUrl'],
    ['a short secret', { secret: 'short' }, 'secret must have at least 32 characters'],
    ['a short pairwise secret', { pairwiseSecret: 'short' }, 'pairwiseSecret must have at least 32 characters'],
  ])('%s in the options of a tenant is 503, and the event says what to change', async (_title, wrong, message) => {
    const { tenants, told } = tenantWorlds(memoryStorage(), { tenant: () => wrong })
    expect((await tenants.fetch(jwksOf('acme'))).status).toBe(503)
    expect(causeOf(told[0]?.event)).toContain(message)
  })

  test('options that never come are 503', async () => {
    const tenants = createTenants({
      resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
      storage: memoryStorage(),
      secret,
      optionsTimeoutSeconds: 0.05,
      onEvent: () => undefined,
      options: (): Promise<undefined> => new Promise(() => undefined),
    })
    expect((await tenants.fetch(jwksOf('acme'))).status).toBe(503)
  })

  test('without a secret anywhere a tenant is 503, and the event says where to put one', async () => {
    const { tenants, told } = tenantWorlds(memoryStorage(), { secret: undefined })
    expect((await tenants.fetch(jwksOf('acme'))).status).toBe(503)
    expect(causeOf(told[0]?.event)).toContain('secret is missing')
  })

  test('an issuer that the resolver gives to another tenant is refused, so that no two tenants share one', async () => {
    const right = tenantsByHost({ baseUrl: 'https://auth.example.com' })
    const { tenants, told } = tenantWorlds(memoryStorage(), {
      resolve: { ...right, locate: () => right.locate('globex') },
    })
    expect((await tenants.fetch(jwksOf('acme'))).status).toBe(503)
    expect(causeOf(told[0]?.event)).toContain('belongs to globex')
  })

  test('options that changed take effect after forget, and after refreshSeconds', async () => {
    let name = 'One'
    const worlds = tenantWorlds(memoryStorage(), {
      refreshSeconds: 60,
      tenant: () => ({ scopes: [`scope:${name}`] }),
    })
    const scopes = async () => (await worlds.tenants.provider('acme'))?.metadata.scopes_supported
    expect(await scopes()).toContain('scope:One')
    name = 'Two'
    expect(await scopes()).toContain('scope:One')
    worlds.tenants.forget('acme')
    expect(await scopes()).toContain('scope:Two')
    name = 'Three'
    worlds.clock.advance(60)
    expect(await scopes()).toContain('scope:Three')
  })

  test('the event handler of a tenant is called beside that of all, also when that one fails', async () => {
    const own: string[] = []
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { tenants } = tenantWorlds(memoryStorage(), {
      onEvent: () => {
        throw new Error('the log is full')
      },
      tenant: (tenant) => ({ onEvent: ({ type }) => void own.push(`${tenant} ${type}`) }),
    })
    const provider = await tenants.provider('acme')
    await provider?.registerClient({ redirect_uris: ['https://app.example.com/cb'] })
    expect(own).toEqual(['acme client.registered'])
    await expect.poll(() => reported.mock.calls.length).toBe(1)
    reported.mockRestore()
  })

  test('the logger of all tenants gets each event, failure and end of a request with its tenant, and a tenant may have its own', async () => {
    const lines: object[] = []
    const own: object[] = []
    const { tenants } = tenantWorlds(memoryStorage(), {
      logger: {
        info: (event) => void lines.push(event),
        error: (event) => void lines.push(JSON.parse(JSON.stringify(event))),
        request: (end) => void lines.push(end),
      },
      tenant: (tenant) => {
        if (tenant === 'broken') throw new Error(`the settings of broken are away`)
        return tenant === 'globex' ? { logger: { info: (event) => void own.push(event) } } : {}
      },
    })
    for (const tenant of ['acme', 'globex']) {
      const provider = await tenants.provider(tenant)
      await provider?.registerClient({ redirect_uris: ['https://app.example.com/cb'] })
    }
    expect((await tenants.fetch(jwksOf('acme'))).status).toBe(200)
    expect((await tenants.fetch(jwksOf('broken'))).status).toBe(503)
    expect(lines).toContainEqual(expect.objectContaining({ tenant: 'acme', type: 'client.registered' }))
    expect(lines).toContainEqual(expect.objectContaining({ tenant: 'acme', endpoint: 'jwks', status: 200 }))
    const cause = expect.objectContaining({ message: 'the settings of broken are away' })
    expect(lines).toContainEqual(expect.objectContaining({ tenant: 'broken', type: 'request.failed', cause }))
    expect(JSON.stringify(lines)).not.toContain('globex')
    expect(own).toContainEqual(expect.objectContaining({ type: 'client.registered' }))
  })

  test.each([
    [{}, 'createTenants: resolve is missing'],
    [{ logger: () => undefined }, 'logger must be false, or an object with the methods'],
    [{ resolve: () => 'acme' }, 'resolve must be what tenantsByHost'],
    [{ maxProviders: 0 }, 'maxProviders must be a whole number from 1'],
    [{ secret: 'short' }, 'secret must have at least 32 characters'],
    [{ storage: {} }, 'storage must be a storage with purgeExpired'],
  ])('createTenants refuses the options %j with a message that names the option', (wrong, message) => {
    const right = {
      resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
      storage: memoryStorage(),
      options: () => plain,
    }
    const options = Object.keys(wrong).length === 0 ? {} : { ...right, ...wrong }
    expect(() => createTenants(options as typeof right)).toThrow(message)
  })
})

describe('the secrets of tenants', () => {
  test('two tenants with the same secret of their own still open nothing of each other', async () => {
    const own = 'the-same-secret-in-the-options-of-each-tenant'
    const worlds = tenantWorlds(memoryStorage(), {
      tenant: () => ({ secret: own, oauthQuerySigningSecret: own, pairwiseSecret: own }),
    })
    const { a, b, clientA } = await pairOf(worlds)
    const token = await a.provider.createInitialAccessToken({ expiresIn: 60 })
    const registered = async (issuer: string) =>
      worlds.tenants.fetch(
        new Request(`${issuer}/oauth2/register`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: '{"redirect_uris":["https://app.example.com/cb"]}',
        }),
      )
    expect((await registered(b.issuer)).status).toBe(401)
    expect((await registered(a.issuer)).status).toBe(201)
    const { url } = await a.browser().visit(authorizeUrl(a, clientA, createPkce()))
    expect(await b.provider.verifyPageQuery(url)).toBeUndefined()
    expect(await a.provider.verifyPageQuery(url)).toBeDefined()
    const pairwise = { subject_type: 'pairwise' } as const
    const subjects = await Promise.all(
      [a, b].map(async (world) => {
        const { id_token } = await getTokens(world, await registerConfidential(world, pairwise))
        return JSON.parse(Buffer.from(id_token.split('.')[1], 'base64url').toString()).sub as string
      }),
    )
    expect(new Set(subjects).size).toBe(2)
  })

  test('a secret that is changed with a list still opens the keys of every tenant', async () => {
    const shared = memoryStorage()
    const kidsOf = async (secrets: readonly [string, ...string[]]) => {
      const { tenants } = tenantWorlds(shared, { secret: secrets })
      return (await (await tenants.fetch(jwksOf('acme'))).json()).keys.map(({ kid }: { kid: string }) => kid)
    }
    const before = await kidsOf([secret])
    expect(await kidsOf([`new-${secret}`, secret])).toEqual(before)
  })
})

describe('the limits of tenants', () => {
  test('refused credentials count in their tenant alone, and still count when the provider was forgotten', async () => {
    const worlds = tenantWorlds(memoryStorage(), {
      tenant: () => ({
        rateLimit: { clientAddress: () => '192.0.2.1', authentication: { max: 3, windowSeconds: 60 } },
      }),
    })
    const { a, b, clientA, clientB } = await pairOf(worlds)
    const form = { grant_type: 'client_credentials', scope: 'notes:read' }
    const guess = async () => (await postAs(a, { ...clientA, client_secret: 'guess' }, '/oauth2/token', form)).status
    expect([await guess(), await guess()]).toEqual([401, 401])
    worlds.tenants.forget(a.tenant)
    expect([await guess(), await guess()]).toEqual([401, 429])
    expect((await postAs(b, clientB, '/oauth2/token', form)).status).toBe(200)
  })

  test('a limiter of the host gets keys that name the tenant', async () => {
    const keys: string[] = []
    const limiter = {
      consume: ({ key }: { key: string }) => {
        keys.push(key)
        return { allowed: true, retryAfterSeconds: 0 }
      },
      check: () => ({ allowed: true, retryAfterSeconds: 0 }),
    }
    const worlds = tenantWorlds(memoryStorage(), {
      tenant: () => ({ rateLimit: { clientAddress: false, limiter } }),
    })
    const { a, clientA } = await pairOf(worlds)
    await postAs(a, clientA, '/oauth2/token', { grant_type: 'client_credentials', scope: 'notes:read' })
    expect(keys).toEqual([`tenant ${a.tenant} client ${clientA.client_id}`])
  })
})

describe('the purge', () => {
  test('one purge deletes the expired rows of all tenants, and unused clients by the options of their tenant', async () => {
    const worlds = tenantWorlds(memoryStorage(), {
      refreshSeconds: 10_000_000,
      idleSeconds: 10_000_000,
      tenant: (tenant) => (tenant.endsWith('-b') ? {} : { unusedClientTtlSeconds: 60 }),
    })
    const { a, b, clientA, clientB } = await pairOf(worlds)
    for (const [world, client] of [
      [a, clientA],
      [b, clientB],
    ] as const) {
      await getTokens(world, client)
      const record = await world.storage.clients.find(client.client_id)
      if (record === undefined) throw new Error('no client')
      const { usedAt: _, ...unused } = record
      await world.storage.clients.insert({ ...unused, id: 'unused', registrationTokenHash: 'hash' })
    }
    worlds.clock.advance(400 * 86_400)
    let removed = 0
    for (let count = 1; count > 0; removed += count) count = await worlds.tenants.purgeExpired({ limit: 1000 })
    expect(removed).toBeGreaterThan(6)
    expect(await a.provider.getClient('unused')).toBeUndefined()
    expect(await b.provider.getClient('unused')).toBeDefined()
    expect(await a.storage.grants.list({ userId: alice.id, now: 0 })).toEqual([])
    expect(await b.storage.grants.list({ userId: alice.id, now: 0 })).toEqual([])
    await expect(worlds.tenants.purgeExpired({ limit: -1 })).rejects.toThrow('limit must be a whole number')
    await expect(worlds.tenants.deleteTenant('a:b')).rejects.toThrow('tenant: the id must be')
  })
})

describe('what is withdrawn', () => {
  test('is not issued by a request that still runs in a provider that was forgotten meanwhile (C15)', async () => {
    const gate = createGate()
    const worlds = tenantWorlds(memoryStorage())
    const world = await worlds.world('acme')
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client)
    const find = world.sessions.get.bind(world.sessions)
    const findLater = async (id: string) => {
      const found = find(id)
      await gate.pass()
      return found
    }
    world.sessions.get = findLater as unknown as typeof find
    gate.arm()
    const running = browser.request(authorizeUrl(world, client, createPkce()))
    await gate.reached
    worlds.tenants.forget('acme')
    await (await worlds.tenants.provider('acme'))?.revokeUserGrants(alice.id)
    gate.open()
    expect((await running).headers.get('location') ?? '').not.toContain('code=')
    expect(await world.storage.grants.list({ userId: alice.id, now: worlds.clock.now() })).toEqual([])
  })
})

describe('a tenant that is deleted', () => {
  test('has no rows of a request that ran meanwhile', async () => {
    const shared = memoryStorage()
    const inSession = createGate()
    const worlds = tenantWorlds(shared)
    const world = await worlds.world('acme')
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client)
    const find = world.sessions.get.bind(world.sessions)
    const findLater = async (id: string) => {
      const found = find(id)
      await inSession.pass()
      return found
    }
    world.sessions.get = findLater as unknown as typeof find
    inSession.arm()
    const running = browser.request(authorizeUrl(world, client, createPkce()))
    await inSession.reached
    const deleted = worlds.tenants.deleteTenant('acme')
    await new Promise((resolve) => setTimeout(resolve, 20))
    inSession.open()
    await running
    expect(await deleted).toBeGreaterThan(0)
    expect(await shared.ranges?.delete({ from: 'acme:', below: 'acme;', limit: 10 })).toBe(0)
  })
})

describe('ids in a tenant', () => {
  test('a user id of 191 characters works, and a longer one is an error that names getSession', async () => {
    const worlds = tenantWorlds(memoryStorage(), {
      tenant: (tenant) => {
        const user = { ...alice, id: 'u'.repeat(tenant.endsWith('-b') ? 192 : 191) }
        return {
          authentication: {
            getSession: () => ({ user, session: { id: 's', authTime: worlds.clock.now() } }),
            getUser: () => user,
          },
        }
      },
    })
    const { a, b, clientA, clientB } = await pairOf(worlds)
    expect((await getTokens(a, clientA)).id_token).toBeDefined()
    await b.browser().visit(authorizeUrl(b, clientB, createPkce()))
    const causes = worlds.told.map(({ event }) => causeOf(event))
    expect(causes.join()).toContain('user.id must be a string of 1 to 191 characters')
  })
  test('the URL of a client document has at most 191 characters, also while requests are measured', async () => {
    const worlds = tenantWorlds(memoryStorage(), {
      tenant: () => ({ features: [clientIdMetadataDocuments()] as never, onRequestEnd: () => undefined }),
    })
    const world = await worlds.world('acme')
    const client_id = `https://client.example/${'d'.repeat(169)}`
    expect(client_id).toHaveLength(192)
    await world.browser().request(authorizeUrl(world, { client_id }, createPkce()))
    expect(JSON.stringify(worlds.told.map(({ event }) => event))).toContain('must have at most 191 characters')
    expect(worlds.sent).toEqual([])
  })
})

describe('many issuers behind one listener of Node', () => {
  let server: Server
  let port: number
  const { tenants } = tenantWorlds(memoryStorage())
  beforeAll(async () => {
    server = createServer(nodeListener(tenants, (request) => new Response(`page of ${tenants.tenantOf(request)}`)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const get = (path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const sent = sendRequest({ port, host: '127.0.0.1', path, headers }, async (response: IncomingMessage) => {
        let body = ''
        for await (const chunk of response) body += chunk
        resolve({ status: response.statusCode ?? 0, body })
      })
      sent.on('error', reject)
      sent.end()
    })
  const discovery = '/.well-known/oauth-authorization-server/auth'

  test.each(['acme.auth.example.com', 'ACME.AUTH.EXAMPLE.COM', 'acme.auth.example.com:8443', 'acme.auth.example.com.'])(
    'the Host %s chooses the tenant acme, and every published URL is that of its issuer (MT03)',
    async (host) => {
      const { status, body } = await get(discovery, { host })
      expect(status).toBe(200)
      const metadata = JSON.parse(body)
      expect(metadata.issuer).toBe('https://acme.auth.example.com/auth')
      expect(metadata.token_endpoint).toBe('https://acme.auth.example.com/auth/oauth2/token')
    },
  )

  test.each(['x-forwarded-host', 'x-original-host', 'x-host', 'forwarded'])(
    'the header %s chooses no tenant (MT03)',
    async (name) => {
      const value = name === 'forwarded' ? 'host=globex.auth.example.com' : 'globex.auth.example.com'
      const { body } = await get(discovery, { host: 'acme.auth.example.com', [name]: value })
      expect(JSON.parse(body).issuer).toBe('https://acme.auth.example.com/auth')
    },
  )

  test('an absolute request target does not choose another tenant than Host (MT03)', async () => {
    const target = `http://globex.auth.example.com${discovery}`
    const { body } = await get(target, { host: 'acme.auth.example.com' })
    expect(JSON.parse(body).issuer).toBe('https://acme.auth.example.com/auth')
  })

  test.each(['auth.example.com', 'evil.example', 'acme.auth.example.com.evil.example', '127.0.0.1'])(
    'the Host %s belongs to no tenant, so that the pages answer (MT03)',
    async (host) => {
      expect(await get(discovery, { host })).toEqual({ status: 200, body: 'page of undefined' })
    },
  )

  test('pages get requests whose URL names the tenant', async () => {
    expect((await get('/login', { host: 'acme.auth.example.com' })).body).toBe('page of acme')
  })

  test('receivedAt refuses tenants, which are not at one path', () => {
    expect(() => receivedAt(tenants, '/internal')).toThrow('write a resolver')
  })
})

describe('tenants by path', () => {
  const worlds = tenantWorlds(memoryStorage(), {
    resolve: tenantsByPath({ baseUrl: 'https://auth.example.com' }),
    tenant: () => ({ loginUrl: 'login', consentUrl: 'consent' }),
  })

  test('each tenant has its issuer, its discovery documents and its pages below its own path', async () => {
    const provider = await worlds.tenants.provider('acme')
    expect(provider?.issuer).toBe('https://auth.example.com/t/acme/auth')
    for (const path of [
      '/.well-known/oauth-authorization-server/t/acme/auth',
      '/t/acme/auth/.well-known/openid-configuration',
    ]) {
      const request = new Request(`https://auth.example.com${path}`)
      expect(worlds.tenants.matches(request)).toBe(true)
      expect((await (await worlds.tenants.fetch(request)).json()).issuer).toBe('https://auth.example.com/t/acme/auth')
    }
    expect(worlds.tenants.matches({ url: 'https://auth.example.com/t/acme/login' })).toBe(false)
    expect(worlds.tenants.tenantOf({ url: 'https://auth.example.com/t/acme/login' })).toBe('acme')
  })

  test('a sign-in of one tenant cannot go on at another on the same origin, where the browser sends the same cookies (MT05)', async () => {
    const { a, b, clientA } = await pairOf(worlds)
    const browser = a.browser()
    const page = (await browser.request(authorizeUrl(a, clientA, createPkce()))).headers.get('location') ?? ''
    expect(page.startsWith(a.issuer.replace(/auth$/, 'login'))).toBe(true)
    const request = browser.pageRequest(page)
    expect(await b.provider.tryResolveLoginContext(request)).toBeUndefined()
    expect(await a.provider.tryResolveLoginContext(request)).toBeDefined()
    const state = new URL(page).searchParams.get('state') ?? ''
    const answered = await browser.request(`${b.issuer}/oauth2/continue?state=${state}&login=true`)
    expect(answered.status).toBe(400)
  })

  test('a slash at the end of basePath makes no difference', () => {
    const { tenants } = tenantWorlds(memoryStorage(), {
      resolve: tenantsByHost({ baseUrl: 'https://auth.example.com', basePath: '/auth/' }),
    })
    expect(tenants.matches({ url: 'https://acme.auth.example.com/auth/jwks' })).toBe(true)
    expect(tenants.matches({ url: 'https://acme.auth.example.com/.well-known/openid-configuration/auth' })).toBe(true)
  })

  test('a server without a path owns its endpoints and leaves all other paths to the pages', () => {
    const { tenants } = tenantWorlds(memoryStorage(), {
      resolve: tenantsByHost({ baseUrl: 'https://auth.example.com', basePath: '' }),
    })
    const owned = (path: string) => tenants.matches({ url: `https://acme.auth.example.com${path}` })
    expect(['/oauth2/token', '/jwks', '/.well-known/openid-configuration', '/oauth2/device'].map(owned)).toEqual(
      Array(4).fill(true),
    )
    expect(['/', '/login', '/oauth2', '/jwks/x', '/.well-known/change-password'].map(owned)).toEqual(
      Array(5).fill(false),
    )
  })
})

describe('requests and eviction', () => {
  test('a request that runs while its provider is pushed out and forgotten is answered', async () => {
    let release: () => void = () => undefined
    const waiting = new Promise<void>((resolve) => {
      release = resolve
    })
    const worlds = tenantWorlds(memoryStorage(), {
      maxProviders: 1,
      tenant: (tenant) =>
        tenant === 'slow'
          ? {
              authentication: {
                getSession: async () => {
                  await waiting
                  return undefined
                },
                getUser: () => undefined,
              },
            }
          : {},
    })
    const slow = await worlds.world('slow')
    const client = await registerConfidential(slow)
    const running = slow.browser().request(authorizeUrl(slow, client, createPkce()))
    for (let tenant = 0; tenant < 20; tenant++) {
      expect((await worlds.tenants.fetch(jwksOf(`t${tenant}`))).status).toBe(200)
    }
    worlds.tenants.forget('slow')
    release()
    expect((await running).headers.get('location')).toContain('/login?')
  })
})
