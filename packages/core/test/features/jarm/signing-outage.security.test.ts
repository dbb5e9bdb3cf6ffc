import { jarm } from '@oauth/core/features/jarm'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { exchangeCode, redirectUri, registerConfidential } from '../../support/client.ts'
import { expectErrorPage } from '../../support/expectations.ts'
import { createExternalWorld, testSigner } from '../../support/external-signer.ts'
import { readQuery } from '../../support/jarm.ts'
import { isStored, pushed } from '../../support/pushed-requests.ts'
import { alice, type World } from '../../support/world.ts'

const request = { scope: 'openid', response_mode: 'jwt' }

/** A pushed request whose user is on the consent page, with a signer outside the process. */
async function untilConsent() {
  const signer = testSigner()
  const world = createExternalWorld(signer, { features: [jarm(), pushedAuthorizationRequests()] })
  const client = await registerConfidential(world)
  const browser = world.browser()
  const { url, requestUri, pkce } = await pushed(world, client, request)
  const { url: page } = await browser.visit(url, { user: alice })
  return { signer, world, client, browser, requestUri, pkce, page }
}

const away = () => Promise.reject(new Error('kms.internal refused'))
const typesOf = ({ events }: World) => events.map(({ type }) => type)

describe('a response that cannot be signed', () => {
  test('costs the user one more click: no code is stored, and the same consent page works later (R03)', async () => {
    const { signer, world, client, browser, requestUri, pkce, page } = await untilConsent()
    signer.sign = away
    const html = await expectErrorPage(await browser.consent(page, true), 503, 'temporarily_unavailable')
    expect(html).not.toContain('internal')
    expect(typesOf(world)).not.toContain('code.issued')
    expect(await isStored(world, requestUri)).toBe(true)
    signer.sign = undefined
    const { headers } = await browser.consent(page, true)
    const { claims } = await readQuery(world, client, headers.get('location'))
    const authorized = { code: `${claims.code}`, pkce, browser, redirectUri } as never
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a silent request can be sent again, with the same request_uri (R03)', async () => {
    const { signer, world, client, browser, page } = await untilConsent()
    await browser.consent(page, true)
    const { url, requestUri } = await pushed(world, client, request)
    signer.sign = away
    await expectErrorPage(await browser.request(url), 503, 'temporarily_unavailable')
    expect(await isStored(world, requestUri)).toBe(true)
    signer.sign = undefined
    const { headers } = await browser.request(url)
    expect((await readQuery(world, client, headers.get('location'))).claims).toHaveProperty('code')
  })

  test('an error that cannot be signed is a page, and never goes to the client without a signature (R04)', async () => {
    const { signer, world, client, browser, page } = await untilConsent()
    const { url } = await pushed(world, client, { ...request, prompt: 'none' })
    signer.sign = away
    const silent = await world.browser().request(url)
    const refused = await browser.consent(page, false)
    for (const response of [silent, refused]) {
      expect(await expectErrorPage(response, 503, 'temporarily_unavailable')).not.toContain('app.example.com')
    }
  })
})
