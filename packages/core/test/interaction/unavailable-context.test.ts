import { type ClientInput, OAuthError, type RegisteredClient } from '@oauth/core'
import { expect, test } from 'vitest'
import { addressClients } from '../features/address-clients.ts'
import { authorizeUrl, createPkce, redirectUri } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'

const address = 'https://app.example.com/client.json'
const document: ClientInput = { redirect_uris: [redirectUri], scope: 'openid' }
const client = { client_id: address, token_endpoint_auth_method: 'none' } as RegisteredClient

test('a page that cannot learn of its interaction for a moment gets the error, and not the answer for one that is over', async () => {
  let failure: OAuthError | undefined
  const documents = {
    get: () => {
      if (failure !== undefined) throw failure
      return document
    },
  }
  const world = createQuickWorld({ features: [addressClients({ documents })] })
  const browser = world.browser()
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: 'openid' }))
  const context = () => world.provider.tryResolveLoginContext(browser.pageRequest(url))
  expect(await context()).toMatchObject({ clientId: address })
  for (const code of ['temporarily_unavailable', 'server_error'] as const) {
    failure = new OAuthError(code)
    await expect(context()).rejects.toBe(failure)
  }
  failure = new OAuthError('invalid_client')
  expect(await context()).toBeUndefined()
})
