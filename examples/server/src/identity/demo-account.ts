import type { Users } from './users.ts'

export const demoAccount = {
  email: 'demo@example.com',
  password: 'demo-password',
  name: 'Demo Person',
} as const

/** At the first start; later ones find the address taken. */
export async function createDemoAccount(users: Users): Promise<void> {
  await users.create(demoAccount)
}
