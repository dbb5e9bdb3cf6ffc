import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  redirectUri,
  refresh,
} from '../../support/client.ts'
import {
  clientDocument,
  type DocumentWorld,
  documentClient,
  documentUrl,
  startWithDocument,
} from '../../support/client-documents.ts'
import { ask } from '../../support/expectations.ts'
import { alice } from '../../support/world.ts'

const client = documentClient()
const scope = 'openid offline_access'

/** Lets the server of the document serve another one, which is fetched at the next request. */
function change(started: DocumentWorld, changes: object): void {
  started.publish(documentUrl, clientDocument(changes))
  started.world.clock.advance(3600)
}

describe('a document that changes while its user signs in', () => {
  const options = { interactionTtlSeconds: 7200 }

  test('an answer to the page of the earlier document approves nothing of the changed one: the page is shown again (K19)', async () => {
    const started = await startWithDocument(options)
    const browser = started.world.browser()
    browser.signIn(alice)
    const page = await browser.visit(authorizeUrl(started.world, client, createPkce(), { scope }))
    change(started, { client_name: 'Your bank', redirect_uris: [redirectUri, `${redirectUri}/open-redirect`] })
    const again = (await browser.consent(page.url, true)).headers.get('location') ?? ''
    expect(new URL(again).pathname).toBe('/consent')
    expect(await started.world.provider.listConsents(alice.id)).toEqual([])
    // The user has now seen the changed document.
    expect((await browser.consent(again, true)).headers.get('location')).toMatch(/^https:.*[?&]code=/)
    expect(await started.world.provider.listConsents(alice.id)).toHaveLength(1)
  })

  test('a refusal on the page of the earlier document is a refusal', async () => {
    const started = await startWithDocument(options)
    const browser = started.world.browser()
    browser.signIn(alice)
    const page = await browser.visit(authorizeUrl(started.world, client, createPkce(), { scope }))
    change(started, { client_name: 'Your bank' })
    expect((await browser.consent(page.url, false)).headers.get('location')).toContain('error=access_denied')
  })

  test('a change before the consent page is due costs the user nothing', async () => {
    const started = await startWithDocument(options)
    const browser = started.world.browser()
    const login = await browser.visit(authorizeUrl(started.world, client, createPkce(), { scope }))
    change(started, { client_name: 'A better name' })
    browser.signIn(alice)
    const { returnTo } = await started.world.provider.resolveLoginContext(browser.pageRequest(login.url))
    const { url } = await browser.visit(returnTo, { accept: true })
    expect(new URL(url).searchParams.has('code')).toBe(true)
  })

  test('a redirect URI that the document loses while the user reads the page gets no code (K16)', async () => {
    const started = await startWithDocument(options)
    const browser = started.world.browser()
    browser.signIn(alice)
    const page = await browser.visit(authorizeUrl(started.world, client, createPkce(), { scope }))
    change(started, { redirect_uris: ['https://app.example.com/other'] })
    const answer = await browser.consent(page.url, true)
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null])
  })
})

describe('the pairwise subjects of client documents', () => {
  test('a document that moves to the host of another client does not learn the sub of its users there (H19)', async () => {
    const pairwiseSecret = 'a-pairwise-secret-with-32-characters'
    const bank = 'https://bank.example/callback'
    const started = await startWithDocument({ pairwiseSecret }, { subject_type: 'pairwise' })
    const { world } = started
    const registered = await world.provider.registerClient({
      redirect_uris: [bank],
      subject_type: 'pairwise',
      token_endpoint_auth_method: 'none',
    })
    const atBank = await authorize(world, registered, { scope, redirect_uri: bank })
    const { sub: bankSub } = claimsOf(
      (await exchangeCode(world, registered, atBank, { redirect_uri: bank })).body.id_token,
    )
    const first = (await exchangeCode(world, client, await authorize(world, client, { scope }))).body
    change(started, { subject_type: 'pairwise', redirect_uris: [bank] })
    const moved = (await refresh(world, client, first.refresh_token)).body
    const subs = [first, moved].map((tokens) => claimsOf(tokens.id_token).sub)
    expect(subs).not.toContain(bankSub)
    expect(subs).not.toContain(alice.id)
    expect(subs[0]).toBe(subs[1])
  })

  test('a document with redirect URIs on several hosts may be pairwise, and its sector_identifier_uri is not fetched', async () => {
    const started = await startWithDocument(
      { pairwiseSecret: 'a-pairwise-secret-with-32-characters' },
      {
        subject_type: 'pairwise',
        redirect_uris: [redirectUri, 'https://other.example/callback', 'http://127.0.0.1/callback'],
        sector_identifier_uri: 'https://victim.example.com/list.json',
      },
    )
    const { body } = await exchangeCode(started.world, client, await authorize(started.world, client, { scope }))
    expect(claimsOf(body.id_token).sub).not.toBe(alice.id)
    expect(started.fetches('https://victim.example.com/list.json')).toBe(0)
  })
})

test('a document that is being fetched when the host forgets it is not kept', async () => {
  const started = await startWithDocument()
  const { world, remote } = started
  const path = '/app.example.com/client.json'
  let answer: (changes: object) => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    remote.serve(path, (_, response) => {
      resolve()
      answer = (changes) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(clientDocument(changes)))
      }
    })
  })
  const running = ask(world, client)
  await asked
  const { forget } = world.provider.features.clientIdMetadataDocuments as { forget(clientId: string): void }
  forget(documentUrl)
  answer({})
  expect((await running).status).toBe(302)
  started.publish(documentUrl, clientDocument({ redirect_uris: ['https://app.example.com/other'] }))
  expect((await ask(world, client)).status).toBe(400)
})
