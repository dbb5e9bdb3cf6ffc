import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compactVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import {
  authorize,
  credentials,
  exchangeCode,
  getTokens,
  post,
  redirectUri,
  registerConfidential,
  registerPublic,
} from '../packages/core/test/support/client.ts'
import { ask, expectErrorRedirect } from '../packages/core/test/support/expectations.ts'
import { api, createQuickWorld } from '../packages/core/test/support/tokens.ts'
import { createTokenVerifier } from '../packages/resource-server/src/index.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/clients.md'), 'utf8')
const questions = page.slice(page.indexOf('\n## Questions\n'))
/** A quoted text, whether it stands on one line or on two. */
const quotes = (text: string): boolean => questions.replaceAll(/\s+/g, ' ').includes(`\`${text}\``)

const grant = { grant_type: 'client_credentials' }

describe('the texts of errors that docs/clients.md quotes are what the server answers', () => {
  test('requests without PKCE', async () => {
    const world = createQuickWorld()
    const needs = await registerConfidential(world)
    const exempt = await registerConfidential(world, { require_pkce: false })
    const single = await registerPublic(world)
    const refusal = async (client: typeof needs, scope: string): Promise<string> => {
      const answer = await ask(world, client, { scope }, { pkce: undefined })
      return String(expectErrorRedirect(world, answer, redirectUri, 'invalid_request').get('error_description'))
    }
    const required = await refusal(needs, 'openid')
    expect(questions).toContain(`\n### \`${required}\`\n`)
    expect(quotes(await refusal(single, 'openid'))).toBe(true)
    expect(quotes(await refusal(exempt, 'openid offline_access'))).toBe(true)
  })

  test('refused clients, and the reasons in the events', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const single = await registerPublic(world)
    const secret = 'x'.repeat(43)
    const inForm = (client_id: string) => post(world, '/oauth2/token', { ...grant, client_id, client_secret: secret })
    const basic = (raw: string) => post(world, '/oauth2/token', grant, { authorization: `Basic ${btoa(raw)}` })
    const wrong = await inForm(client.client_id)
    const unknown = await inForm('nobody')
    const { client_id } = client
    const secretless = await post(world, '/oauth2/token', { ...grant, client_id })
    const texts = [wrong, unknown, secretless, await inForm(single.client_id)].map(
      ({ body }) => body.error_description as string,
    )
    expect(new Set(texts)).toEqual(new Set(['client authentication failed']))
    expect(questions).toContain('\n### `client authentication failed`\n')
    for (const refused of [await basic(`${client_id}:100%`), await post(world, '/oauth2/token', grant)]) {
      expect(quotes(refused.body.error_description as string), refused.body.error_description as string).toBe(true)
    }
    for (const event of world.events) {
      if (event.type !== 'client.authentication_failed' || event.reason === 'no credentials') continue
      expect(quotes(event.reason), event.reason).toBe(true)
    }
    const colon = await basic(`https://api.example.com:${secret}`)
    expect(colon.body.error_description).toBe('client authentication failed')
    expect(world.events.findLast(({ type }) => type === 'client.authentication_failed')).toMatchObject({
      clientId: 'https',
    })
  })

  test('a secret works by header and form, encoded, whichever the client is registered for', async () => {
    const world = createQuickWorld()
    const secret = 'a%+: b'.padEnd(32, '!')
    for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post'] as const) {
      const client = await registerConfidential(world, { client_secret: secret, token_endpoint_auth_method })
      const { client_id } = client
      const encoded = new URLSearchParams({ s: secret }).toString().slice(2)
      const header = { authorization: `Basic ${btoa(`${client_id}:${encoded}`)}` }
      expect((await post(world, '/oauth2/token', grant, header)).status).toBe(200)
      expect((await post(world, '/oauth2/token', { ...grant, client_id, client_secret: secret })).status).toBe(200)
      const raw = { authorization: `Basic ${btoa(`${client_id}:${secret}`)}` }
      expect((await post(world, '/oauth2/token', grant, raw)).status).toBe(401)
    }
    const made = await registerConfidential(world)
    expect([made.client_id, made.client_secret].join('')).toMatch(/^[\w-]+$/)
    expect(credentials(made)).toBeDefined()
  })

  test('an opaque token at an API for JWTs', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client)
    expect(access_token).not.toContain('.')
    const verifier = createTokenVerifier({ issuer: 'https://id.example.com/auth', audience: api })
    const refused = await verifier.verify(access_token).catch((error: unknown) => error)
    expect(quotes((refused as { description: string }).description)).toBe(true)
    const parsed = await compactVerify(access_token, new Uint8Array(32)).catch((error: Error) => error.message)
    expect(quotes(String(parsed))).toBe(true)
    const authorized = await authorize(world, client, { resource: api })
    expect((await exchangeCode(world, client, authorized)).body.access_token).toContain('.')
  })
})
