import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createProvider, type OAuthEvent, type Storage } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { richAuthorizationRequests, type StandardSchema } from '@oauth/core/features/rich-authorization-requests'
import { kyselyStorage } from '@oauth/kysely'
import { migrate } from '@oauth/kysely/migrations'
import { authorizationDetailsOf, createProtectedResource, dpop as dpopProofs } from '@oauth/resource-server'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DatabaseName, databaseNames, emptyDatabase } from '../../../packages/kysely/test/support/databases.ts'

const redirectUri = 'https://rp.example/callback'
const timeout = 60_000
const user = { id: 'ada', email: 'ada@example.com', emailVerified: true }

/** A schema of objects with exactly these members, in the form that Standard Schema prescribes for every library. */
function exactly<Members extends object>(
  checks: Readonly<Record<keyof Members, (value: unknown) => boolean>>,
): StandardSchema<Members> {
  const validate = (value: unknown) => {
    const members = value as Members
    const names = new Set([...Object.keys(members), ...Object.keys(checks)]) as Set<keyof Members>
    const wrong = [...names].filter((name) => checks[name]?.(members[name]) !== true)
    return wrong.length === 0
      ? { value: members }
      : { issues: wrong.map((name) => ({ message: 'wrong', path: [name] })) }
  }
  return { '~standard': { version: 1, vendor: 'acceptance', validate } }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const paymentSchema = exactly<{ amount: string; currency: 'EUR'; creditor: string }>({
  amount: isText,
  currency: (value) => value === 'EUR',
  creditor: isText,
})

/** Starts a provider with payments and an API that books them, on one HTTP server. */
async function start(storage: Storage) {
  const events: OAuthEvent[] = []
  const handlers: ((request: Request) => Response | Promise<Response> | undefined)[] = []
  const listener = getRequestListener(async (request) => {
    for (const handler of handlers) {
      const response = await handler(request)
      if (response !== undefined) return response
    }
    return new Response('nothing here', { status: 404 })
  })
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const resource = `${baseUrl}/payments`
  const provider = createProvider({
    baseUrl,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: {
      getSession: () => ({ user, session: { id: 's', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: () => user,
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    validAudiences: [resource],
    features: [
      privateKeyJwt(),
      dpop(),
      pushedAuthorizationRequests({ required: true }),
      richAuthorizationRequests({
        types: {
          payment_initiation: {
            schema: paymentSchema,
            describe: ({ amount, currency, creditor }) => `Pay ${amount} ${currency} to ${creditor}`,
            locations: [resource],
          },
          newsletter: { schema: exactly<object>({}), locations: ['https://news.example.com'] },
        },
      }),
    ],
    onEvent: (event) => events.push(event),
  })
  const api = createProtectedResource({
    resource,
    authorizationServer: provider,
    senderConstraints: [dpopProofs({ required: true })],
  })
  const book = api.withAuth((_, auth) =>
    Response.json({
      booked: authorizationDetailsOf(auth, 'payment_initiation', paymentSchema),
      all: auth.authorizationDetails,
    }),
  )
  handlers.push(
    (request) => (api.isMetadata(request.url) ? api.metadata(request) : undefined),
    (request) => (new URL(request.url).pathname === '/payments' ? book(request) : undefined),
    (request) => (provider.matches(request) ? provider.fetch(request) : undefined),
  )
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { provider, resource, events, stop }
}

type Running = Awaited<ReturnType<typeof start>>

/** Goes to the consent page as a browser whose user is signed in, and returns what it shows and a function that answers. */
async function atConsent({ provider }: Running, url: URL) {
  const asked = await fetch(url, { redirect: 'manual' })
  const cookie = asked.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const page = String(asked.headers.get('location'))
  const context = await provider.resolveLoginContext(new Request(page, { headers: { cookie } }))
  const shown = provider.features.richAuthorizationRequests.shown(context)
  const answer = async (authorization_details: readonly (object | null)[]): Promise<URL> => {
    const response = await fetch(context.consentEndpoint, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, origin: new URL(provider.issuer).origin },
      body: new URLSearchParams({
        state: context.state,
        accept: 'true',
        authorization_details: JSON.stringify(authorization_details),
      }),
    })
    return new URL(String(response.headers.get('location')))
  }
  return { page, shown, answer }
}

describe.each<DatabaseName>([...databaseNames])(
  'rich authorization requests and an independent client library (%s)',
  (name) => {
    let running: Running
    let close: () => Promise<void>

    beforeAll(async () => {
      const database = await emptyDatabase(name)
      await migrate(database.db)
      close = database.drop
      running = await start(kyselyStorage(database.db))
    }, timeout)

    afterAll(async () => {
      await running?.stop()
      await close?.()
      expect(running?.events.filter(({ type }) => type === 'request.failed')).toEqual([])
    })

    test('openid-client, unmodified, pushes details with private_key_jwt and DPoP, the user grants a part, and the API books it (A03, A06, A07, A09, A14)', {
      timeout,
    }, async () => {
      const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
        'sign',
        'verify',
      ])
      const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'key-1', alg: 'ES256' }
      const { client_id } = await running.provider.registerClient({
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid offline_access',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [jwk as Record<string, unknown>] },
        dpop_bound_access_tokens: true,
        authorization_details_types: ['payment_initiation', 'newsletter'],
      })
      const authentication = openid.PrivateKeyJwt({ key: privateKey, kid: 'key-1' })
      const config = await openid.discovery(new URL(running.provider.issuer), client_id, undefined, authentication, {
        execute: [openid.allowInsecureRequests],
      })
      expect(config.serverMetadata().authorization_details_types_supported).toEqual([
        'payment_initiation',
        'newsletter',
      ])
      const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
      const verifier = openid.randomPKCECodeVerifier()
      const rent = { type: 'payment_initiation', amount: '800.00', currency: 'EUR', creditor: 'Landlord' }
      const gift = { type: 'payment_initiation', amount: '20.00', currency: 'EUR', creditor: 'Bob' }
      const newsletter = { type: 'newsletter' }
      const request = {
        redirect_uri: redirectUri,
        scope: 'openid offline_access',
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }
      const wrong = { ...request, authorization_details: JSON.stringify([{ ...rent, currency: 'XXX' }]) }
      await expect(openid.buildAuthorizationUrlWithPAR(config, wrong, { DPoP })).rejects.toMatchObject({
        error: 'invalid_authorization_details',
      })
      const authorization_details = JSON.stringify([rent, gift, newsletter])
      const url = await openid.buildAuthorizationUrlWithPAR(config, { ...request, authorization_details }, { DPoP })
      const { page, shown, answer } = await atConsent(running, url)
      expect(shown).toEqual([
        { details: rent, description: 'Pay 800.00 EUR to Landlord' },
        { details: gift, description: 'Pay 20.00 EUR to Bob' },
        { details: newsletter },
      ])
      expect(page).not.toContain('Landlord')

      const callback = await answer([rent, null, newsletter])
      const checks = { pkceCodeVerifier: verifier, idTokenExpected: true }
      const more = { resource: running.resource }
      const tokens = await openid.authorizationCodeGrant(config, callback, checks, more, { DPoP })
      expect(tokens.token_type).toBe('dpop')
      expect(tokens.authorization_details).toEqual([rent, newsletter])
      const { access_token } = tokens
      const api = new URL(running.resource)
      const response = await openid.fetchProtectedResource(config, access_token, api, 'POST', undefined, undefined, {
        DPoP,
      })
      expect(await response.json()).toEqual({ booked: [rent], all: [rent] })

      const less = { ...more, authorization_details: JSON.stringify([newsletter]) }
      const narrow = await openid.refreshTokenGrant(config, String(tokens.refresh_token), less, { DPoP })
      expect(narrow.authorization_details).toEqual([newsletter])
      const beyond = { ...more, authorization_details: JSON.stringify([gift]) }
      const refused = openid.refreshTokenGrant(config, String(narrow.refresh_token), beyond, { DPoP })
      await expect(refused).rejects.toMatchObject({ error: 'invalid_authorization_details' })
      const whole = await openid.refreshTokenGrant(config, String(narrow.refresh_token), more, { DPoP })
      expect(whole.authorization_details).toEqual([rent, newsletter])
    })
  },
)
