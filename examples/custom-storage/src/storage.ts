import type { Storage } from '@oauth/core'
import { accessTokenStore } from './access-tokens.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { check } from './check.ts'
import { clientStore } from './clients.ts'
import { consentStore } from './consents.ts'
import type { Database } from './database.ts'
import { grantStore } from './grants.ts'
import { purge } from './purge.ts'
import { recordStore } from './records.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { signingKeyStore } from './signing-keys.ts'

/** Makes a storage that keeps all records as documents in PostgreSQL. */
export function documentStorage(database: Database): Storage {
  return {
    clients: clientStore(database),
    consents: consentStore(database),
    grants: grantStore(database),
    authorizationCodes: authorizationCodeStore(database),
    accessTokens: accessTokenStore(database),
    refreshTokens: refreshTokenStore(database),
    signingKeys: signingKeyStore(database),
    records: recordStore(database),
    check: check(database),
    purgeExpired: purge(database),
  }
}
