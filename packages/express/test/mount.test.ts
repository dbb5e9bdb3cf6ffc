import { createProvider, receivedAt } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import type { RequestHandler } from 'express'
import { afterEach, describe, expect, test } from 'vitest'
import { type Listening, listen, mountable } from '../../core/test/support/adapter-suite.ts'
import { createQuickWorld } from '../../core/test/support/tokens.ts'
import { expressRequest, oauth, pageRequest } from '../src/index.ts'
import { answerError, majors } from './support.ts'

const page: RequestHandler = (req, res) => void res.json({ page: req.url })

describe.each(majors)('%s', (_name, create) => {
  let server: Listening | undefined
  afterEach(() => server?.close())

  const issuerAt = async (path: string): Promise<unknown> => {
    const { status, text } = (await server?.ask(path)) ?? { status: 0, text: '{}' }
    return status === 200 ? JSON.parse(text).issuer : status
  }

  test.each(['', '/auth', '/a/b'])(
    'the provider works mounted at the root, with the issuer at "%s"',
    async (basePath) => {
      const { provider } = createQuickWorld({ basePath })
      server = await listen(create().use(oauth(provider)).get('/page', page))
      for (const document of ['openid-configuration', 'oauth-authorization-server']) {
        expect(await issuerAt(`${basePath}/.well-known/${document}`)).toBe(provider.issuer)
        expect(await issuerAt(`/.well-known/${document}${basePath}`)).toBe(provider.issuer)
      }
      expect((await server.ask('/page?x=1')).text).toBe('{"page":"/page?x=1"}')
      expect((await server.ask('/authentic')).status).toBe(404)
    },
  )

  test('the provider sees the whole path when it is mounted at its own path or in a router', async () => {
    const { provider } = createQuickWorld({ basePath: '/a/b' })
    const router = create.Router()
    router.use('/b', oauth(provider))
    server = await listen(create().use('/a', router).use('/a', page).use('/a/b', page))
    expect(await issuerAt('/a/b/.well-known/openid-configuration')).toBe(provider.issuer)
    // Handlers after the provider still see the URL without their mount path.
    expect((await server.ask('/a/other?x=1')).text).toBe('{"page":"/other?x=1"}')
  })

  test('a path with dots does not reach a path outside the provider', async () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    server = await listen(create().use(oauth(provider)).use(page))
    expect((await server.ask('/auth/../admin')).text).toBe('{"page":"/auth/../admin"}')
    expect((await server.ask('/auth/%2e%2e/admin')).text).toBe('{"page":"/auth/%2e%2e/admin"}')
    expect(await issuerAt('/x/../auth/.well-known/openid-configuration')).toBe(provider.issuer)
  })

  test('a request target that is an absolute URL is parsed, and its host is ignored', async () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    server = await listen(create().use(oauth(provider)))
    expect(await issuerAt('http://evil.example/auth/.well-known/openid-configuration')).toBe(provider.issuer)
  })

  test('the provider works behind a proxy that rewrites or strips the path of the issuer', async () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    server = await listen(
      create()
        .use(oauth(receivedAt(provider, '/internal/id')))
        .use(page),
    )
    expect(await issuerAt('/internal/id/.well-known/openid-configuration')).toBe(provider.issuer)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = 'grant_type=client_credentials&client_id=nobody&client_secret=x'
    const refused = await server.ask('/internal/id/oauth2/token', { method: 'POST', headers, body })
    expect([refused.status, JSON.parse(refused.text).error]).toEqual([401, 'invalid_client'])
    expect((await server.ask('/internal/idle')).text).toBe('{"page":"/internal/idle"}')
    await server.close()
    server = await listen(
      create()
        .get('/page', page)
        .use(oauth(receivedAt(provider, '/'))),
    )
    expect(await issuerAt('/.well-known/openid-configuration')).toBe(provider.issuer)
    expect((await server.ask('/page')).text).toBe('{"page":"/page"}')
    expect((await server.ask('/unknown')).status).toBe(404)
  })

  test('behind receivedAt, expressRequest still returns the Express request', async () => {
    const { provider } = createQuickWorld({ basePath: '/auth' })
    const seen: unknown[] = []
    const options = {
      baseUrl: 'https://id.example.com',
      secret: 'a-secret-for-tests-with-enough-characters',
      storage: memoryStorage(),
      loginUrl: '/login',
      consentUrl: '/consent',
      authentication: {
        getUser: () => undefined,
        getSession(request: Request) {
          seen.push(request.url, expressRequest(request)?.originalUrl)
          return undefined
        },
      },
    }
    server = await listen(create().use(oauth(receivedAt(createProvider(options), '/internal'))))
    expect((await server.ask('/internal/oauth2/get-clients')).status).toBe(401)
    expect(seen).toEqual([`${provider.issuer}/oauth2/get-clients`, '/internal/oauth2/get-clients'])
  })

  test('the response keeps the cookies of earlier handlers, together with those of the provider', async () => {
    const own = mountable(async () => new Response('', { headers: { 'set-cookie': 'own=1' } }))
    const earlier: RequestHandler = (_req, res, next) => {
      res.cookie('earlier', '1', { path: '/x' })
      next()
    }
    server = await listen(create().use(earlier, oauth(own)))
    expect((await server.ask('/auth/x')).headers.getSetCookie()).toEqual(['earlier=1; Path=/x', 'own=1'])
  })

  test('an unexpected failure reaches the error handler once, with the URL that other handlers see', async () => {
    const cause = new Error('storage is on fire')
    const failing = mountable(async () => Promise.reject(cause))
    const seen: unknown[] = []
    const app = create().use('/auth', oauth(failing))
    app.use(((error, req, res, next) => {
      seen.push(error, req.url)
      answerError(error, req, res, next)
    }) as typeof answerError)
    server = await listen(app)
    expect((await server.ask('/auth/x')).status).toBe(500)
    expect(seen).toEqual([cause, '/auth/x'])
  })

  test('expressRequest returns the Express request with the session of a middleware', async () => {
    const user = { id: 'ada', name: 'Ada' }
    interface WithSession {
      session?: { readonly user: typeof user; readonly authTime: number }
    }
    const provider = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 'a-secret-for-tests-with-enough-characters',
      storage: memoryStorage(),
      idTokenSigningAlgorithm: 'ES256',
      accessTokenSigningAlgorithm: 'ES256',
      loginUrl: '/login',
      consentUrl: '/consent',
      authentication: {
        getUser: () => user,
        getSession(request) {
          const { session } = (expressRequest(request) ?? {}) as WithSession
          return session && { user: session.user, session: { id: 'one', authTime: session.authTime } }
        },
      },
    })
    const client = await provider.registerClient({
      redirect_uris: ['https://app.example.com/cb'],
      token_endpoint_auth_method: 'none',
    })
    const sessions: RequestHandler = (req, _res, next) => {
      if (req.headers.cookie === 'sid=ada') {
        Object.assign(req, { session: { user, authTime: Math.floor(Date.now() / 1000) } })
      }
      next()
    }
    server = await listen(
      create()
        .use(sessions, oauth(provider))
        .get('/consent', async (req, res) => {
          res.json(await provider.resolveLoginContext(pageRequest(req)))
        }),
    )
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: 'https://app.example.com/cb',
      scope: 'openid',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    })
    const location = async (headers: Record<string, string>): Promise<readonly [URL, string]> => {
      const answer = await server?.ask(`/auth/oauth2/authorize?${query}`, { headers })
      return [new URL(answer?.headers.get('location') ?? ''), answer?.headers.getSetCookie()[0]?.split(';')[0] ?? '']
    }
    expect((await location({}))[0].pathname).toBe('/login')
    const [consent, cookie] = await location({ cookie: 'sid=ada' })
    expect(consent.pathname).toBe('/consent')
    const shown = await server.ask(consent.pathname + consent.search, { headers: { cookie } })
    expect(JSON.parse(shown.text)).toMatchObject({ clientId: client.client_id, intent: 'consent', scopes: ['openid'] })
    expect(expressRequest(new Request('https://id.example.com/auth'))).toBeUndefined()
  })
})
