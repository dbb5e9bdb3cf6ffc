import { scryptSync, timingSafeEqual } from 'node:crypto'

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly emailVerified: boolean
}

// This example has one user, with the password "demo-password". Keep yours in a database.
const demo: User = { id: 'u-1', name: 'Ada Lovelace', email: 'ada@example.com', emailVerified: true }
const salt = 'one salt for each user'
const hash = scryptSync('demo-password', salt, 32)

export function findUser(id: string): User | undefined {
  return id === demo.id ? demo : undefined
}

export function authenticate(email: string, password: string): User | undefined {
  const right = timingSafeEqual(scryptSync(password, salt, 32), hash)
  return right && email === demo.email ? demo : undefined
}
