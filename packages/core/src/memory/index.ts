import type { Storage } from '../storage/storage.ts'
import { accessTokenStore } from './access-tokens.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { clientStore } from './clients.ts'
import { consentStore } from './consents.ts'
import { grantStore } from './grants.ts'
import { purgeExpired } from './purge.ts'
import { rangeStore } from './ranges.ts'
import { recordStore } from './records.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { signingKeyStore } from './signing-keys.ts'
import { tables as emptyTables } from './tables.ts'

/**
 * Makes a storage in memory, which loses everything when the process ends: for development, tests and demonstrations
 * with a single process. It answers with values instead of promises, which makes every verb atomic. The records that it
 * answers are frozen.
 * @example
 * const provider = createProvider({ storage: memoryStorage(), ...options })
 */
export function memoryStorage(): Storage {
  const tables = emptyTables()
  return {
    clients: clientStore(tables),
    consents: consentStore(tables),
    grants: grantStore(tables),
    authorizationCodes: authorizationCodeStore(tables),
    accessTokens: accessTokenStore(tables),
    refreshTokens: refreshTokenStore(tables),
    signingKeys: signingKeyStore(tables),
    records: recordStore(tables),
    ranges: rangeStore(tables),
    check: () => undefined,
    purgeExpired: (query) => purgeExpired(tables, query),
  }
}
