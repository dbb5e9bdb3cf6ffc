import type { Awaitable, WithdrawalRecord, WithdrawalStore } from '@oauth/core'
import { seconds } from './codec.ts'
import { withdrawalColumns } from './columns.ts'
import { unlessTaken } from './errors.ts'
import type { Runner } from './runner.ts'
import type { Schema, WithdrawalRow } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'

/** How often `note` begins again: each time somebody has added the mark and a purge has removed it in between. */
const tries = 5

type Ids = Readonly<Record<string, string>>

export function withdrawalStore({ db, tables }: Schema, runner: Runner): WithdrawalStore {
  const insert = statement((bind: Bind<WithdrawalRow>) =>
    db.insertInto(tables.withdrawals).values(bindAll(bind, withdrawalColumns)),
  )
  const replace = statement((bind: Bind<WithdrawalRow>) =>
    db
      .updateTable(tables.withdrawals)
      .set(bindAll(bind, ['version', 'noted_at', 'expires_at']))
      .where('id', '=', bind('id')),
  )
  /** One statement for each number of ids that was asked for. */
  const finds = new Map<number, Statement<Ids, WithdrawalRow>>()
  function findOf(count: number): Statement<Ids, WithdrawalRow> {
    const known = finds.get(count)
    if (known !== undefined) return known
    const names = Array.from({ length: count }, (_, index) => `id_${index}`)
    const made = statement((bind: Bind<Ids>) =>
      db
        .selectFrom(tables.withdrawals)
        .select(withdrawalColumns)
        .where(
          'id',
          'in',
          names.map((name) => bind(name)),
        ),
    )
    finds.set(count, made)
    return made
  }

  return {
    // One statement where the id is free. Where it is taken, a second one replaces the mark; the primary key lets no third
    // outcome in but a purge between the two, and then the mark is added after all.
    note: ({ id, version, notedAt, expiresAt }) => {
      const row = { id, version, noted_at: notedAt, expires_at: expiresAt }
      const add = (left: number): Awaitable<void> =>
        unlessTaken<void>(
          () => runner.write(insert, row, () => undefined),
          async (taken) => {
            if ((await runner.write(replace, row, (replaced) => replaced)) > 0) return
            if (left === 0) throw taken
            await add(left - 1)
          },
        )
      return add(tries)
    },
    find: (ids) => {
      const asked = [...new Set(ids)]
      if (asked.length === 0) return []
      const input = Object.fromEntries(asked.map((id, index) => [`id_${index}`, id]))
      return runner.list(findOf(asked.length), input, (found) => found.map((row) => withdrawalFromRow(row)))
    },
  }
}

function withdrawalFromRow(row: WithdrawalRow): WithdrawalRecord {
  return { id: row.id, version: row.version, notedAt: seconds(row.noted_at), expiresAt: seconds(row.expires_at) }
}
