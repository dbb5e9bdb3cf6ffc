import { createTokenVerifier, type LocalToken } from '@oauth/resource-server'
import { describe, expect, it } from 'vitest'
import { createFakeServer, fakeIssuer, goodAnswer, now } from './support/fake-server.ts'
import { refusal, refusalCode } from './support/setup.ts'

const mcp = 'https://x.example/mcp'
const introspection = { clientId: 'api', clientSecret: 'secret', endpoint: `${fakeIssuer}/introspect` }

/** Verifies a token for these audiences in each way, at a resource with this identifier. */
async function verifyEach(audience: string, aud: unknown): Promise<readonly string[]> {
  const server = await createFakeServer()
  server.answers.set('/introspect', () => Response.json({ ...goodAnswer, aud }))
  const verifier = server.verifierWith({ audience, introspection })
  const local: LocalToken = {
    clientId: 'a',
    scopes: [],
    audience: [aud].flat() as string[],
    issuedAt: now,
    expiresAt: now + 60,
  }
  const own = createTokenVerifier({ audience, clock: { now: () => now }, verifyWith: async () => local })
  const verifications = [
    verifier.verify(await server.sign({ aud } as never)),
    verifier.verify('opaque'),
    own.verify('opaque'),
  ]
  return Promise.all(
    verifications.map((one) =>
      one.then(
        () => 'ok',
        ({ description }) => String(description),
      ),
    ),
  )
}

describe('the audience of a token', () => {
  it.each([
    [`${mcp}/`, mcp],
    [mcp, `${mcp}/`],
    [mcp, 'HTTPS://X.Example/mcp'],
    ['https://X.example/mcp/', mcp],
    ['https://x.example', 'https://x.example/'],
    [mcp, ['https://other.example', `${mcp}/`]],
  ])(
    'a resource %s takes tokens for %s: scheme and host without case, and one slash at the end (E04)',
    async (resource, aud) => {
      expect(await verifyEach(resource, aud)).toEqual(['ok', 'ok', 'ok'])
    },
  )

  it.each([
    'https://x.example/MCP',
    `${mcp}//`,
    'https://x.example/mc',
    'https://x.example/mcp/tools',
    'https://x.example/mcp?',
    'https://x.example/mcp?tenant=1',
    'https://x.example/mcp#',
    'https://x.example:443/mcp',
    'https://x.example:8443/mcp',
    'https://x.example./mcp',
    'https://user@x.example/mcp',
    'https://evil.example@x.example/mcp',
    'https://x.example/./mcp',
    'https://x.example/%6dcp',
    'http://x.example/mcp',
    'https://x.example',
    ` ${mcp}`,
    `${mcp} https://other.example`,
    'mcp',
    '',
  ])('a resource https://x.example/mcp refuses a token for "%s", which is another resource (E04)', async (aud) => {
    const refused = 'the access token is not for this resource'
    expect(await verifyEach(mcp, aud)).toEqual([refused, refused, refused])
    expect(await verifyEach(`${mcp}/`, aud === `${mcp}//` ? 'https://x.example/mcp///' : aud)).toEqual([
      refused,
      refused,
      refused,
    ])
  })

  it('an audience that is no URL, and one that is missing or not text, are compared as text or refused (E04)', async () => {
    const refused = 'the access token is not for this resource'
    expect(await verifyEach('notes-api', 'notes-api')).toEqual(['ok', 'ok', 'ok'])
    for (const aud of ['Notes-api', 'notes-ap', ['notes'], undefined, null, 7, {}, [[]], [['notes-api', 'x']]]) {
      const [jwt, opaque] = await verifyEach('notes-api', aud)
      expect([aud, jwt, opaque]).toEqual([aud, refused, refused])
    }
  })
})

describe('the answer of verifyWith is checked like what a server sends', () => {
  const good = { clientId: 'a', scopes: ['notes:read'], audience: [mcp], issuedAt: now, expiresAt: now + 60 }
  const verifierOf = (answer: unknown) =>
    createTokenVerifier({ audience: mcp, clock: { now: () => now }, verifyWith: async () => answer as LocalToken })

  it.each<[string, unknown]>([
    ['an audience that is text which contains the resource', { audience: `${mcp}-admin` }],
    ['an audience that is the resource as text', { audience: mcp }],
    ['no audience', { audience: undefined }],
    ['scopes that are text', { scopes: 'notes:read-only' }],
    ['scopes that are no texts', { scopes: [7] }],
    ['no scopes', { scopes: undefined }],
    ['an expiry that is text', { expiresAt: '4000000000' }],
    ['no expiry', { expiresAt: undefined }],
    ['an endless expiry', { expiresAt: Number.POSITIVE_INFINITY }],
    ['no client', { clientId: undefined }],
    ['a user id that is no text', { userId: 7 }],
    ['a login at a text', { authTime: '4000000000' }],
    ['a class that is a list', { acr: ['urn:example:mfa'] }],
  ])(
    'verifyWith that answers with %s is a fault of the server: 503, and the cause says what to change (E04)',
    async (_, change) => {
      const error = await refusal(verifierOf({ ...good, ...(change as object) }).verify('token'))
      expect(error.code).toBe('temporarily_unavailable')
      expect(String(error.cause)).toMatch(/^TypeError: verifyWith must answer with \w+, /)
    },
  )

  it('verifyWith that answers with null or false refuses the token, and with another value that is no object it is a fault', async () => {
    expect(
      await refusalCode(
        verifierOf(good)
          .verify('token')
          .then(() => verifierOf(null).verify('token')),
      ),
    ).toBe('invalid_token')
    expect(await refusalCode(verifierOf(false).verify('token'))).toBe('invalid_token')
    for (const answer of [true, 'token', 7, [good]]) {
      expect(await refusalCode(verifierOf(answer).verify('token'))).toBe('temporarily_unavailable')
    }
  })
})
