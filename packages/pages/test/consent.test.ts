import * as v from 'valibot'
import { expect, test } from 'vitest'
import { createUserAgent } from '../../../examples/server/test/user-agent.ts'
import { richAuthorizationRequests } from '../../core/src/features/rich-authorization-requests/rich-authorization-requests.ts'
import { type AllTexts, englishPageTexts } from '../src/texts/english.ts'
import { unverified } from '../src/views/client.ts'
import { ada, password, redirectUri, startWorld, type WorldOptions } from './support.ts'

const language = { tag: 'en', texts: englishPageTexts as unknown as AllTexts }

test('a client that registered itself, and one that is a document, are marked as unverified (F06, K18)', () => {
  expect(unverified({ selfRegistered: false }, language).text).toBe('')
  expect(unverified({ selfRegistered: true }, language).text).toContain('this application registered itself')
  const document = unverified({ selfRegistered: true, clientIdHost: 'agents.example' }, language).text
  expect(document).toContain('describes itself at <strong><bdi>agents.example</bdi></strong>')
})

test('what the user has allowed before stands apart from what is new', async () => {
  const world = await startWorld()
  const agent = createUserAgent()
  const request = await world.authorization({}, { scope: 'openid' })
  const consent = await agent.submit(await agent.open(request), 'Sign in', { email: ada.email, password })
  await agent.submit(consent, 'Allow', {}, redirectUri)
  request.searchParams.set('scope', 'openid email')
  const [before = '', after = ''] = (await agent.open(request)).body.split('It asks to')
  expect(before).toContain('You have already allowed it to')
  expect(before).toContain('Recognise you when you come back')
  expect(after).toContain('See your e-mail address')
  expect(after).not.toContain('Recognise you')
  await world.stop()
})

const transfer = {
  schema: v.looseObject({ amount: v.string() }),
  describe: ({ amount }: { readonly amount: string }) => `Transfer ${amount}`,
  covers: () => false,
}
const detailsType = { transfer: transfer as never }

async function consentFor(details: object, pages: WorldOptions['pages'] = {}) {
  const world = await startWorld({ features: [richAuthorizationRequests({ types: detailsType })], pages })
  const agent = createUserAgent()
  const parameters = { authorization_details: JSON.stringify([{ type: 'transfer', ...details }]) }
  const login = await agent.open(
    await world.authorization({ authorization_details_types: ['transfer'] } as object, parameters),
  )
  const page = await agent.submit(login, 'Sign in', { email: ada.email, password })
  await world.stop()
  return { page, world }
}

test('rich authorization details are shown with their description and every member, also inner ones', async () => {
  const { page } = await consentFor({ amount: '5 <b>EUR', to: { name: 'Bob', tags: ['a', 'b'] }, unlimited: {} })
  expect(page.body).toContain('Notes</bdi> asks for your approval')
  expect(page.body).toContain('<h2>Transfer 5 &lt;b&gt;EUR</h2>')
  for (const [label, value] of [
    ['amount', '5 &lt;b&gt;EUR'],
    ['to.name', 'Bob'],
    ['to.tags', 'a, b'],
    ['unlimited', '{}'],
  ]) {
    expect(page.body).toContain(`<div><dt>${label}</dt><dd>${value}</dd></div>`)
  }
})

test('the list of connected apps is shown, and ends access, although the host no longer knows a type of details', async () => {
  let isKnown = true
  const describeDetails = () => {
    if (!isKnown) throw new Error('no such type')
    return { title: 'A transfer', facts: [] }
  }
  const world = await startWorld({
    features: [richAuthorizationRequests({ types: detailsType })],
    pages: { describeDetails },
  })
  const agent = createUserAgent()
  const parameters = { authorization_details: JSON.stringify([{ type: 'transfer', amount: '5' }]) }
  const client = { authorization_details_types: ['transfer'] } as object
  const login = await agent.open(await world.authorization(client, parameters))
  const consent = await agent.submit(login, 'Sign in', { email: ada.email, password })
  await agent.submit(consent, 'Allow', {}, redirectUri)
  const open = () => agent.open(`${world.baseUrl}/connected-apps`)
  expect((await open()).body).toContain('<li>A transfer</li>')
  isKnown = false
  const done = await agent.submit(await open(), 'Yes, disconnect Notes')
  expect(done.body).toContain('No application has access.')
  expect(world.errors.map(String)).toContain('Error: no such type')
  await world.stop()
})

test('a host shows rich authorization details in its own way, and what it does not know is not approved', async () => {
  const describeDetails = () => ({
    title: 'A transfer',
    facts: [['Sum', '5']] as const,
    approve: 'Send 5',
    refuse: 'Keep it',
  })
  const { page } = await consentFor({ amount: '5' }, { describeDetails })
  expect(page.body).toContain('>Send 5</button>')
  expect(page.body).toContain('>Keep it</button>')
  const unknown = await consentFor(
    { amount: '5' },
    {
      describeDetails: () => {
        throw new Error('no such type')
      },
    },
  )
  expect([unknown.page.status, unknown.world.errors.map(String)]).toEqual([500, ['Error: no such type']])
})
