import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { describe, expect, test } from 'vitest'
import { assertion, assertionType, clientKey, registerWithKey } from '../../support/client-keys.ts'
import { machine, mutualTlsWorld } from '../../support/mutual-tls.ts'
import { baseUrl } from '../../support/world.ts'

const alias = 'https://mtls.example.com'

describe('mtls_endpoint_aliases', () => {
  test('discovery names the endpoints where clients authenticate or present a token, on the origin of the option (M16)', () => {
    const world = mutualTlsWorld({ endpointAliases: alias }, { features: [pushedAuthorizationRequests()] })
    const { metadata, issuer } = world.provider
    const path = issuer.slice(new URL(issuer).origin.length)
    expect(metadata.mtls_endpoint_aliases).toEqual({
      token_endpoint: `${alias}${path}/oauth2/token`,
      introspection_endpoint: `${alias}${path}/oauth2/introspect`,
      revocation_endpoint: `${alias}${path}/oauth2/revoke`,
      userinfo_endpoint: `${alias}${path}/oauth2/userinfo`,
      pushed_authorization_request_endpoint: `${alias}${path}/oauth2/par`,
    })
    expect([metadata.issuer, metadata.token_endpoint]).toEqual([issuer, `${issuer}/oauth2/token`])
  })

  test('both discovery documents have the aliases, and without the option neither has (M16)', async () => {
    const world = mutualTlsWorld({ endpointAliases: alias })
    for (const document of ['openid-configuration', 'oauth-authorization-server']) {
      const response = await world.provider.fetch(new Request(`${world.issuer}/.well-known/${document}`))
      expect((await response.json()).mtls_endpoint_aliases).toEqual(world.provider.metadata.mtls_endpoint_aliases)
    }
    expect(mutualTlsWorld().provider.metadata).not.toHaveProperty('mtls_endpoint_aliases')
  })

  test('the aliases are served, and assertions still name the issuer (M16)', async () => {
    const world = mutualTlsWorld({ endpointAliases: alias }, { features: [privateKeyJwt()] })
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const { token_endpoint: url = '' } = world.provider.metadata.mtls_endpoint_aliases as Record<string, string>
    const statusFor = async (aud: string) => {
      const client_assertion = await assertion(world, client, key, { aud })
      const body = new URLSearchParams({ ...machine, client_assertion, client_assertion_type: assertionType })
      return (await world.provider.fetch(new Request(url, { method: 'POST', body }))).status
    }
    expect(await statusFor(world.issuer)).toBe(200)
    expect(await statusFor(url)).toBe(401)
    expect(await statusFor(alias)).toBe(401)
  })

  test.each([
    ['https://mtls.example.com/auth', 'must be an origin'],
    ['https://mtls.example.com/', 'must be an origin'],
    ['http://mtls.example.com', 'must use https'],
    ['mtls.example.com', 'must be an https origin'],
    ['capacitor://mtls.example.com', 'must be an https origin'],
    [baseUrl, 'is the origin of the issuer: leave it out'],
  ])('the option endpointAliases %s is refused at start (M16)', (origin, problem) => {
    expect(() => mutualTlsWorld({ endpointAliases: origin })).toThrow(problem)
  })
})
