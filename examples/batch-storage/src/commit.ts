import type { GrantStore } from '@oauth/core'
import { rememberConsent } from './consents.ts'
import type { KeyValueStore } from './key-value.ts'
import { accessTokens, codes, grants, records, refreshTokens } from './tables.ts'
import { transact } from './transaction.ts'

/** Commits in one batch, if the records still have the versions that were read and no added key exists yet. */
export function commit(store: KeyValueStore): GrantStore['commit'] {
  return ({ take = [], consent, grant, code, accessToken, refreshToken }) =>
    transact(store, async (transaction) => {
      const taken = await Promise.all(take.map(({ kind, id }) => transaction.get(records, kind, id)))
      for (const [index, record] of taken.entries()) {
        const version = take[index]?.version
        if (record === undefined || (version !== undefined && version !== record.version)) return 'gone'
      }
      for (const record of taken) if (record !== undefined) transaction.delete(records, record)
      if (consent !== undefined) await rememberConsent(transaction, consent)
      if (grant !== undefined) await transaction.insert(grants, grant)
      if (code !== undefined) await transaction.insert(codes, code)
      if (accessToken !== undefined) await transaction.insert(accessTokens, accessToken)
      if (refreshToken !== undefined) await transaction.insert(refreshTokens, refreshToken)
      return 'won'
    })
}
