import type { ClientInput, OAuthEvent } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { redirectUris, register, registrationWorld } from '../../support/registration.ts'
import { createWorld } from '../../support/world.ts'

describe('the error of a refused registration says what to change', () => {
  const from = '@oauth/core/features/private-key-jwt'

  test.each<[string, object, string]>([
    [
      'private_key_jwt names its feature',
      { token_endpoint_auth_method: 'private_key_jwt' },
      `token_endpoint_auth_method private_key_jwt needs the feature privateKeyJwt() from ${from}`,
    ],
    [
      'client_secret_jwt names the option of its feature',
      { token_endpoint_auth_method: 'client_secret_jwt' },
      `token_endpoint_auth_method client_secret_jwt needs the option clientSecretJwt of the feature privateKeyJwt() from ${from}`,
    ],
    [
      'a method that nobody brings lists those of the server',
      { token_endpoint_auth_method: 'kerberos_client_auth' },
      'unsupported token_endpoint_auth_method kerberos_client_auth: this server supports client_secret_basic, client_secret_post, none',
    ],
    [
      'a grant type that is off names the option',
      { grant_types: ['client_credentials'] },
      'grant_type client_credentials needs an entry in the option grantTypes',
    ],
    [
      'metadata of a feature names the feature',
      { backchannel_logout_uri: 'https://app.example.com/logout' },
      'backchannel_logout_uri: is not known without the feature backChannelLogout() from @oauth/core/features/back-channel-logout',
    ],
    [
      'a scope that the server does not have names the option',
      { scope: 'admin' },
      'cannot request scope admin: add it to the option scopes',
    ],
    [
      'a signing algorithm that the server does not use names the option',
      { id_token_signed_response_alg: 'PS256' },
      'id_token_signed_response_alg PS256 needs an entry in the option idTokenSigningAlgorithms',
    ],
    [
      'an algorithm that no option brings lists those of the server',
      { id_token_signed_response_alg: 'HS512' },
      'unsupported id_token_signed_response_alg HS512: this server supports RS256, ES256',
    ],
  ])('for the host, the error of %s', async (_name, input, message) => {
    const { provider } = createWorld({ grantTypes: ['authorization_code'], idTokenSigningAlgorithm: 'RS256' })
    const client = { redirect_uris: redirectUris, ...input } as ClientInput
    await expect(provider.registerClient(client)).rejects.toMatchObject({ description: message })
  })

  test('a client from outside is told what the server supports, and the event what the host can change', async () => {
    const events: OAuthEvent[] = []
    const world = registrationWorld({
      allowUnauthenticatedClientRegistration: true,
      onEvent: (event) => events.push(event),
    })
    const client = { redirect_uris: redirectUris, token_endpoint_auth_method: 'private_key_jwt' }
    const { status, body } = await register(world, client)
    expect(status).toBe(400)
    expect(body.error_description).not.toContain('privateKeyJwt')
    const refused = events.find((event) => event.type === 'request.refused')
    expect(String(refused?.cause)).toContain('needs the feature privateKeyJwt()')
  })
})

describe('an endpoint that an option turns on', () => {
  test.each([
    ['/oauth2/register', 'register', 'allowDynamicClientRegistration'],
    ['/oauth2/register/client', 'clientConfiguration', 'allowDynamicClientRegistration'],
    ['/oauth2/public-client-prelogin', 'publicClientPrelogin', 'allowPublicClientPrelogin'],
  ])('%s is not found while it is off, and the event names its option', async (path, endpoint, option) => {
    const events: OAuthEvent[] = []
    const world = createWorld({ onEvent: (event) => events.push(event) })
    const response = await world.provider.fetch(new Request(world.issuer + path, { method: 'POST' }))
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: 'not_found', error_description: 'there is no such endpoint' },
    ])
    const description = `this endpoint is off: turn it on with the option ${option}`
    expect(events).toMatchObject([{ type: 'request.refused', endpoint, error: 'not_found', status: 404, description }])
  })

  test('a path that no option turns on is not found without an event', async () => {
    const events: OAuthEvent[] = []
    const world = createWorld({ onEvent: (event) => events.push(event) })
    expect((await world.provider.fetch(new Request(`${world.issuer}/oauth2/nothing`))).status).toBe(404)
    expect(events).toEqual([])
  })
})
