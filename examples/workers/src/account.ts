/** The host's own user type. The provider reads the standard claims from its members. */
export interface User {
  readonly id: string
  readonly email: string
  readonly emailVerified: boolean
  readonly name: string
}

/** The only user of this example. Keep yours in a database, with slow password hashes. */
const user: User = { id: 'u1', email: 'demo@example.com', emailVerified: true, name: 'Ada Lovelace' }

export function findUser(id: string): User | undefined {
  return id === user.id ? user : undefined
}

/** Tells whether `password` is the user's password. */
export async function authenticate(password: string, email: string, given: string): Promise<User | undefined> {
  // Compare hashes, so that the duration reveals nothing about the password.
  const same = (await sha256(given)) === (await sha256(password))
  return same && email.trim().toLowerCase() === user.email ? user : undefined
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
