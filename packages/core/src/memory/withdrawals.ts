import type { WithdrawalStore } from '../storage/withdrawal.ts'
import type { Tables } from './tables.ts'

export function withdrawalStore({ withdrawals }: Tables): WithdrawalStore {
  return {
    note: (record) => withdrawals.put(record),
    find: (ids) => [...new Set(ids)].flatMap((id) => withdrawals.get(id) ?? []),
  }
}
