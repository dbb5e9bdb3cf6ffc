import { describe, expect, test } from 'vitest'
import { postAs } from '../support/client.ts'
import {
  fromOwnPage,
  redirectUris,
  refused,
  register,
  registered,
  registrationWorld,
  withMachines,
} from '../support/registration.ts'
import { createWorld } from '../support/world.ts'

const minimal = { redirect_uris: redirectUris }

describe('what may be registered', () => {
  test('private_key_jwt without its feature, and other unknown methods, are invalid_client_metadata (seed B142)', async () => {
    for (const method of ['private_key_jwt', 'client_secret_jwt', 'tls_client_auth', 'None', '']) {
      expect(await refused({ token_endpoint_auth_method: method })).toBe(
        `unsupported token_endpoint_auth_method ${method}: this server supports client_secret_basic, client_secret_post, none`,
      )
    }
    expect(await refused({ token_endpoint_auth_method: 7 })).toMatch(/^token_endpoint_auth_method: /)
  })

  test('post_logout_redirect_uris are stored and returned (seed B143)', async () => {
    const world = registrationWorld()
    const post_logout_redirect_uris = ['https://client.example.com/bye']
    const body = await registered(world, { post_logout_redirect_uris })
    expect(body.post_logout_redirect_uris).toEqual(post_logout_redirect_uris)
    expect((await world.provider.getClient(body.client_id))?.metadata).toMatchObject({ post_logout_redirect_uris })
  })

  test('a client_credentials client needs no redirect URIs, and the answer has an empty list (seed B144)', async () => {
    const world = registrationWorld(withMachines)
    const answer = await register(
      world,
      { grant_types: ['client_credentials'], scope: 'notes:read' },
      fromOwnPage(world),
    )
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({ redirect_uris: [], response_types: [], grant_types: ['client_credentials'] })
    const token = await postAs(world, answer.body, '/oauth2/token', { grant_type: 'client_credentials' })
    expect(token.body).toMatchObject({ scope: 'notes:read' })
  })

  test('enable_end_session is ignored (seed B145)', async () => {
    const world = registrationWorld()
    const body = await registered(world, { enable_end_session: true })
    expect(body).not.toHaveProperty('enable_end_session')
    expect((await world.provider.getClient(body.client_id))?.metadata).not.toHaveProperty('enable_end_session')
  })

  test('an explicit scope is returned as given (seed B146)', async () => {
    expect(await registered(registrationWorld(), { scope: 'notes:write openid' })).toMatchObject({
      scope: 'notes:write openid',
    })
  })

  test('skip_consent is refused by name whatever its value, and null is no value (seed B147)', async () => {
    for (const skip_consent of [true, false, 'true', 0]) {
      expect(await refused({ skip_consent })).toBe('skip_consent cannot be set during dynamic client registration')
    }
    expect(await registered(registrationWorld(), { skip_consent: null })).not.toHaveProperty('skip_consent')
  })

  test('a client that the resolver trusts is stored without skip_consent (seed B148)', async () => {
    const world = registrationWorld({ trustedClientResolver: () => true })
    const { client_id } = await registered(world)
    expect((await world.provider.getClient(client_id))?.metadata).not.toHaveProperty('skip_consent')
  })

  test('a client gets a secret by default, none with the method none, and client_secret_basic is accepted (seed B149)', async () => {
    const world = registrationWorld()
    expect(await registered(world)).toHaveProperty('client_secret')
    expect(await registered(world, { token_endpoint_auth_method: 'client_secret_basic' })).toHaveProperty(
      'client_secret',
    )
    expect(await registered(world, { token_endpoint_auth_method: 'none' })).not.toHaveProperty('client_secret')
  })

  test('an unsupported method or response type is refused on the server side as well (seed B150, B152)', async () => {
    const { provider } = createWorld()
    for (const wrong of [{ token_endpoint_auth_method: 'private_key_jwt' } as const, { response_types: ['token'] }]) {
      await expect(provider.registerClient({ ...minimal, ...wrong })).rejects.toMatchObject({
        code: 'invalid_client_metadata',
      })
    }
  })

  test('the implicit grant is unsupported, and so is a grant type that the server is configured without (seed B151)', async () => {
    expect(await refused({ grant_types: ['implicit'] })).toBe(
      'unsupported grant_type implicit: this server supports authorization_code, client_credentials, refresh_token',
    )
    const world = registrationWorld({ grantTypes: ['authorization_code'] })
    const answer = await register(world, { ...minimal, grant_types: ['client_credentials'] }, fromOwnPage(world))
    expect(answer.body.error_description).toBe(
      'unsupported grant_type client_credentials: this server supports authorization_code',
    )
  })

  test('response type token is unsupported (seed B152)', async () => {
    expect(await refused({ response_types: ['token'] })).toBe(
      'unsupported response_type token: this server supports code',
    )
    expect(await refused({ response_types: ['code', 'code id_token'] })).toBe(
      'unsupported response_type code id_token: this server supports code',
    )
    expect(await refused({ response_types: [] })).toBe(
      'When authorization_code is used, response_types must include code',
    )
  })

  test('a machine client without redirect URIs and with empty response types passes (seed B153)', async () => {
    const world = registrationWorld(withMachines)
    const machine = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }
    expect((await register(world, machine, fromOwnPage(world))).status).toBe(201)
    const only = registrationWorld({
      ...withMachines,
      grantTypes: ['client_credentials'],
      loginUrl: undefined,
      consentUrl: undefined,
    })
    expect((await register(only, machine, fromOwnPage(only))).status).toBe(201)
  })

  test('the code grant without redirect URIs fails (seed B154)', async () => {
    for (const redirect_uris of [[], undefined, null]) {
      expect(await refused({ redirect_uris }, 'invalid_redirect_uri')).toBe(
        'Redirect URIs are required for authorization_code clients',
      )
    }
  })

  test('application_type is inferred or chosen, whatever the method (decision 12 overrules seed B155)', async () => {
    const world = registrationWorld()
    const native = ['com.example.app:/cb', 'http://127.0.0.1/cb']
    expect(await registered(world, { redirect_uris: native })).toMatchObject({ application_type: 'native' })
    expect(await registered(world)).toMatchObject({ application_type: 'web' })
    const none = { token_endpoint_auth_method: 'none', application_type: 'web' }
    expect(await registered(world, none)).toMatchObject(none)
    expect(await refused({ redirect_uris: native, application_type: 'web' }, 'invalid_redirect_uri')).toMatch(/https/)
    expect(await refused({ application_type: 'user-agent-based' })).toMatch(/^application_type: /)
  })
})
