import type { BaseUser } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { claimsOf, getTokens, registerConfidential, userinfo } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type TestUser, type WorldOptions } from '../support/world.ts'

const everything = 'openid profile email address phone'

/** A host's user with all claims of OpenID Connect Core section 5.1. */
const full = {
  ...alice,
  middleName: 'Jane',
  nickname: 'Al',
  preferredUsername: 'alice',
  profile: 'https://example.com/alice',
  image: 'https://example.com/alice.png',
  website: 'https://alice.example.com/',
  gender: 'female',
  birthdate: '1990-02-03',
  zoneinfo: 'Europe/Zurich',
  locale: 'de-CH',
  updatedAt: 1_700_000_000,
  address: { street_address: '1 Rabbit Hole', locality: 'Oxford', country: 'GB' },
  phoneNumber: '+41 44 668 18 00',
  phoneNumberVerified: false,
}

async function learn(user: BaseUser, scope: string, options: WorldOptions = {}) {
  const world = createQuickWorld(options)
  world.users.set(alice.id, user as TestUser)
  const client = await registerConfidential(world, { scope: everything })
  const tokens = await getTokens(world, client, { scope })
  return { info: (await userinfo(world, tokens.access_token)).body, idToken: claimsOf(tokens.id_token) }
}

const profile = {
  name: 'Alice Archer',
  given_name: 'Alice',
  family_name: 'Archer',
  middle_name: 'Jane',
  nickname: 'Al',
  preferred_username: 'alice',
  profile: 'https://example.com/alice',
  picture: 'https://example.com/alice.png',
  website: 'https://alice.example.com/',
  gender: 'female',
  birthdate: '1990-02-03',
  zoneinfo: 'Europe/Zurich',
  locale: 'de-CH',
  updated_at: 1_700_000_000,
}
const email = { email: alice.email, email_verified: true }
const address = { address: full.address }
const phone = { phone_number: '+41 44 668 18 00', phone_number_verified: false }

/** The claims of an ID token without those about the protocol. */
function aboutUser(idToken: Readonly<Record<string, unknown>>) {
  const { iss, aud, iat, exp, auth_time, amr, at_hash, ...rest } = idToken
  for (const own of [iss, aud, iat, exp, auth_time, amr, at_hash]) expect(own).toBeDefined()
  return rest
}

describe('the standard scopes, each claim with its type', () => {
  const scopes: readonly (readonly [scope: string, claims: object])[] = [
    ['openid', {}],
    ['openid profile', profile],
    ['openid email', email],
    ['openid address', address],
    ['openid phone', phone],
    [everything, { ...profile, ...email, ...address, ...phone }],
  ]

  test.each(scopes)('the scope %s returns its claims and no others', async (scope, claims) => {
    const { info, idToken } = await learn(full, scope)
    expect(info).toEqual({ sub: alice.id, ...claims })
    expect(aboutUser(idToken)).toEqual({ sub: alice.id, ...claims })
  })

  test.each(scopes)(
    'with idTokenScopeClaims: false the scope %s returns its claims at userinfo and not in the ID token',
    async (scope, claims) => {
      const { info, idToken } = await learn(full, scope, { idTokenScopeClaims: false })
      expect(info).toEqual({ sub: alice.id, ...claims })
      expect(aboutUser(idToken)).toEqual({ sub: alice.id })
    },
  )

  test('what has the wrong type, or says nothing, is left out', async () => {
    const { info, idToken } = await learn(
      {
        id: alice.id,
        name: '',
        nickname: null,
        updatedAt: '2024-01-01',
        birthdate: 19900203,
        email: alice.email,
        emailVerified: 'yes',
        address: ['1 Rabbit Hole'],
        phoneNumber: 41,
        phoneNumberVerified: 2,
      } as BaseUser,
      everything,
    )
    expect(info).toEqual({ sub: alice.id, email: alice.email })
    expect(aboutUser(idToken)).toEqual({ sub: alice.id, email: alice.email })
    const notANumber = await learn({ id: alice.id, updatedAt: Number.NaN } as BaseUser, everything)
    expect(notANumber.info).toEqual({ sub: alice.id })
  })
})
