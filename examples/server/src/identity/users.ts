import { randomUUID } from 'node:crypto'
import type { Database } from '../database.ts'
import { nowInSeconds } from '../web/opaque.ts'
import { demoAccount } from './demo-account.ts'
import { hashPassword, verifyPassword } from './password.ts'

/** The host's own user type. The provider reads the standard claims from its members. */
export interface User {
  readonly id: string
  readonly email: string
  /**
   * True for the demo account alone, whose address the example itself has chosen. This example does not verify the
   * addresses of other accounts, which a real identity provider does by e-mail.
   */
  readonly emailVerified: boolean
  readonly name: string
  readonly updatedAt: number
}

export interface Users {
  find(id: string): User | undefined
  findByEmail(email: string): User | undefined
  /** Adds a user. Returns `undefined` if the address is taken. */
  create(input: { readonly email: string; readonly name: string; readonly password: string }): Promise<User | undefined>
  /** Returns the user with this address and password. */
  authenticate(email: string, password: string): Promise<User | undefined>
}

interface Row {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly password: string
  readonly updated_at: number
}

export function createUsers(database: Database): Users {
  const byId = database.prepare<[string], Row>('select * from app_users where id = ?')
  const byEmail = database.prepare<[string], Row>('select * from app_users where email = ?')
  const insert = database.prepare<[string, string, string, string, number]>(
    'insert into app_users (id, email, name, password, updated_at) values (?, ?, ?, ?, ?) on conflict (email) do nothing',
  )
  // An unknown address costs as much time as a wrong password, so the duration does not reveal which addresses exist.
  const nobody = hashPassword('nobody has this password')

  return {
    find: (id) => toUser(byId.get(id)),
    findByEmail: (email) => toUser(byEmail.get(normalizeEmail(email))),
    async create({ email, name, password }) {
      const id = randomUUID()
      const hash = await hashPassword(password)
      const { changes } = insert.run(id, normalizeEmail(email), name, hash, nowInSeconds())
      return changes === 1 ? toUser(byId.get(id)) : undefined
    },
    async authenticate(email, password) {
      const row = byEmail.get(normalizeEmail(email))
      const good = await verifyPassword(password, row?.password ?? (await nobody))
      return good ? toUser(row) : undefined
    },
  }
}

export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase()
}

function toUser(row: Row | undefined): User | undefined {
  if (row === undefined) return undefined
  const { id, email, name, updated_at: updatedAt } = row
  return { id, email, emailVerified: email === demoAccount.email, name, updatedAt }
}
