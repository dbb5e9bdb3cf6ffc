import { createHash, timingSafeEqual } from 'node:crypto'

/** The host's own user type. The provider reads the standard claims from its members. */
export interface User {
  readonly id: string
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string
}

export const demoAccount = { email: 'demo@example.com', password: 'demo-password' } as const

/** The only user of this example, with a published password. Keep yours in a database, with slow password hashes. */
const user: User = { id: 'u1', email: demoAccount.email, emailVerified: true, name: 'Ada Lovelace' }

export function findUser(id: string): User | undefined {
  return id === user.id ? user : undefined
}

export function authenticate(email: string, password: string): User | undefined {
  return email.trim().toLowerCase() === user.email && equal(password, demoAccount.password) ? user : undefined
}

function equal(a: string, b: string): boolean {
  const [x, y] = [a, b].map((text) => createHash('sha256').update(text).digest()) as [Buffer, Buffer]
  return timingSafeEqual(x, y)
}
