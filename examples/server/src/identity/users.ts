import { randomUUID } from 'node:crypto'
import { type QueryExecutorProvider, sql } from 'kysely'
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
  find(id: string): Promise<User | undefined>
  findByEmail(email: string): Promise<User | undefined>
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
  /** A text on PostgreSQL, whose driver returns large numbers so. */
  readonly updated_at: number | string
}

export function createUsers(db: QueryExecutorProvider): Users {
  async function byId(id: string): Promise<Row | undefined> {
    return (await sql<Row>`select * from app_users where id = ${id}`.execute(db)).rows[0]
  }
  async function byEmail(email: string): Promise<Row | undefined> {
    return (await sql<Row>`select * from app_users where email = ${normalizeEmail(email)}`.execute(db)).rows[0]
  }
  // An unknown address costs as much time as a wrong password, so the duration does not reveal which addresses exist.
  const nobody = hashPassword('nobody has this password')

  return {
    find: async (id) => toUser(await byId(id)),
    findByEmail: async (email) => toUser(await byEmail(email)),
    async create({ email, name, password }) {
      const id = randomUUID()
      const hash = await hashPassword(password)
      await sql`insert into app_users (id, email, name, password, updated_at)
        values (${id}, ${normalizeEmail(email)}, ${name}, ${hash}, ${nowInSeconds()}) on conflict (email) do nothing`.execute(
        db,
      )
      // There is no row with this id when the address was taken.
      return toUser(await byId(id))
    },
    async authenticate(email, password) {
      const row = await byEmail(email)
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
  return { id, email, emailVerified: email === demoAccount.email, name, updatedAt: Number(updatedAt) }
}
