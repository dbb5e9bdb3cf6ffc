import { describe, expect, test } from 'vitest'
import { expectJsonError } from '../support/expectations.ts'
import { configure, openWorld, redirectUris, register, registered, repeated } from '../support/registration.ts'

const minimal = { redirect_uris: redirectUris }

describe('URIs at the registration endpoint (A02, A06)', () => {
  const dangerous = [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://a.example/x',
    'file:///etc/passwd',
    'java\u0000script:alert(1)',
    ' javascript:alert(1)',
    'java\tscript:alert(1)',
    'intent://x#Intent;end',
  ]
  const wrong = [
    'https://*.example.com/cb',
    'https://client.example.com/cb#x',
    'https://client.example.com/*',
    '/cb',
    'client.example.com/cb',
    'https://',
    'https:///cb',
    'https:cb',
    'http://client.example.com/cb',
    'https://user:pw@client.example.com/cb',
    'https://client.example.com\\@evil.example/cb',
    '',
  ]

  test.each([...dangerous, ...wrong])('%j is no redirect URI (A02, A06)', async (uri) => {
    const world = openWorld()
    const client = await registered(world)
    for (const redirect_uris of [[uri], [...redirectUris, uri]]) {
      for (const application_type of [undefined, 'native']) {
        const body = { redirect_uris, application_type }
        expectJsonError(await register(world, body), 400, 'invalid_redirect_uri')
        const put = await configure(world, client, 'PUT', repeated(client, body))
        expectJsonError(put, 400, 'invalid_redirect_uri')
      }
    }
    const post_logout_redirect_uris = [uri]
    expectJsonError(await register(world, { ...minimal, post_logout_redirect_uris }), 400, 'invalid_client_metadata')
  })

  test.each(['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'])(
    'registration refuses a %s that a page would run (A06)',
    async (member) => {
      const world = openWorld()
      for (const uri of [...dangerous, 'mailto:a@client.example.com']) {
        expectJsonError(await register(world, { ...minimal, [member]: uri }), 400, 'invalid_client_metadata')
      }
    },
  )

  test.each(['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'])(
    'registration leaves out a %s that no page may show, and an event names it (A06)',
    async (member) => {
      const world = openWorld()
      const client = await registered(world, { [member]: 'https://client.example.com/x' })
      for (const uri of ['http://client.example.com/', 'x', '/logo.png', '', ' ', 'data:image/png;base64,AAAA']) {
        world.events.length = 0
        const { status, body } = await register(world, { ...minimal, [member]: uri })
        expect([status, body[member]]).toEqual([201, undefined])
        expect((await world.provider.getClient(body.client_id))?.metadata).not.toHaveProperty(member)
        const event = {
          type: 'client.metadata_substituted',
          clientId: body.client_id,
          substituted: [{ member, value: uri }],
        }
        // An empty value is no news.
        if (uri.trim() !== '') expect(world.events).toContainEqual(event)
      }
      const put = await configure(world, client, 'PUT', repeated(client, { [member]: 'http://client.example.com/' }))
      expect([put.status, put.body[member]]).toEqual([200, undefined])
      // A typo of the server side is an error.
      const typo = world.provider.registerClient({ ...minimal, [member]: 'http://client.example.com/' })
      await expect(typo).rejects.toMatchObject({ code: 'invalid_client_metadata' })
    },
  )
})
