import type { Users } from './users.ts'

export const demoAccount = {
  email: 'demo@example.com',
  password: 'demo-password',
  name: 'Demo Person',
} as const

/** Creates the demo account at the first start. At later starts the address is taken, and nothing changes. */
export async function createDemoAccount(users: Users): Promise<void> {
  await users.create(demoAccount)
}
