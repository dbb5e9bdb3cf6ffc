import { password as passwords } from 'bun'
import type { Kysely } from 'kysely'
import type { Tables } from './database.ts'

/** The host's own user type. The provider reads the standard claims from its members. */
export interface User {
  readonly id: string
  readonly email: string
  /** True: the demo account is the only one, and the example itself has chosen its address. */
  readonly emailVerified: true
  readonly name: string
}

export interface Users {
  find(id: string): Promise<User | undefined>
  /** Returns the user with this address and password. */
  authenticate(email: string, password: string): Promise<User | undefined>
  /** Adds a user. Changes nothing if a user with this address exists. */
  create(user: { readonly email: string; readonly name: string; readonly password: string }): Promise<void>
}

export function createUsers(db: Kysely<Tables>): Users {
  // An unknown address costs as much time as a wrong password, so the duration does not reveal which addresses exist.
  const nobody = passwords.hash('nobody has this password')
  const users = () => db.selectFrom('app_users')
  return {
    async find(id) {
      const row = await users().select(['id', 'email', 'name']).where('id', '=', id).executeTakeFirst()
      return row && { ...row, emailVerified: true }
    },
    async authenticate(email, password) {
      const row = await users().selectAll().where('email', '=', normalize(email)).executeTakeFirst()
      const good = await passwords.verify(password, row?.password_hash ?? (await nobody))
      return good && row !== undefined
        ? { id: row.id, email: row.email, emailVerified: true, name: row.name }
        : undefined
    },
    async create({ email, name, password }) {
      const password_hash = await passwords.hash(password)
      await db
        .insertInto('app_users')
        .values({ id: crypto.randomUUID(), email: normalize(email), name, password_hash })
        .onConflict((conflict) => conflict.column('email').doNothing())
        .execute()
    },
  }
}

function normalize(email: string): string {
  return email.trim().toLowerCase()
}
