import type { StandardClaims } from '@oauth/core'

export interface User {
  readonly id: string
  readonly login: string
  /** In plain text, here and in the README, because these users exist only for test suites. */
  readonly password: string
  /** All standard claims, each with a value of the right type. */
  readonly claims: StandardClaims
}

export const users: readonly User[] = [
  {
    id: 'user-1',
    login: 'alice',
    password: 'alice-password',
    claims: {
      name: 'Alice Beatrice Archer',
      given_name: 'Alice',
      family_name: 'Archer',
      middle_name: 'Beatrice',
      nickname: 'Ally',
      preferred_username: 'alice',
      profile: 'https://example.com/alice',
      picture: 'https://example.com/alice.png',
      website: 'https://alice.example.com',
      gender: 'female',
      birthdate: '1990-02-28',
      zoneinfo: 'Europe/Zurich',
      locale: 'en-GB',
      updated_at: 1_700_000_000,
      email: 'alice@example.com',
      email_verified: true,
      address: {
        formatted: '1 High Street\nBern 3011\nSwitzerland',
        street_address: '1 High Street',
        locality: 'Bern',
        region: 'Bern',
        postal_code: '3011',
        country: 'Switzerland',
      },
      phone_number: '+41 31 555 01 01',
      phone_number_verified: true,
    },
  },
  {
    id: 'user-2',
    login: 'bob',
    password: 'bob-password',
    claims: {
      name: 'Bob Carl Baker',
      given_name: 'Bob',
      family_name: 'Baker',
      middle_name: 'Carl',
      nickname: 'Bobby',
      preferred_username: 'bob',
      profile: 'https://example.com/bob',
      picture: 'https://example.com/bob.png',
      website: 'https://bob.example.com',
      gender: 'male',
      birthdate: '1985-11-03',
      zoneinfo: 'America/Toronto',
      locale: 'fr-CA',
      updated_at: 1_710_000_000,
      email: 'bob@example.com',
      email_verified: false,
      address: {
        formatted: '2 Main Street\nToronto ON M5H 2N2\nCanada',
        street_address: '2 Main Street',
        locality: 'Toronto',
        region: 'ON',
        postal_code: 'M5H 2N2',
        country: 'Canada',
      },
      phone_number: '+1 416 555 0102',
      phone_number_verified: false,
    },
  },
]

export function findUser(id: string): User | undefined {
  return users.find((user) => user.id === id)
}

export function authenticate(login: string, password: string): User | undefined {
  return users.find((user) => user.login === login && user.password === password)
}
