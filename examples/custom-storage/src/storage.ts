import type { CompleteStorage } from '@oauth/core'
import { accessTokenStore } from './access-tokens.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { check } from './check.ts'
import { clientStore } from './clients.ts'
import { consentStore } from './consents.ts'
import type { Database } from './database.ts'
import { replayStore, sessionClientStore } from './feature-stores.ts'
import { grantStore } from './grants.ts'
import { interactionStore } from './interactions.ts'
import { purge } from './purge.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { signingKeyStore } from './signing-keys.ts'
import { withdrawalStore } from './withdrawals.ts'

/** Everything that the core keeps, as documents in PostgreSQL. */
export function documentStorage(database: Database): CompleteStorage {
  return {
    clients: clientStore(database),
    interactions: interactionStore(database),
    consents: consentStore(database),
    grants: grantStore(database),
    authorizationCodes: authorizationCodeStore(database),
    accessTokens: accessTokenStore(database),
    refreshTokens: refreshTokenStore(database),
    signingKeys: signingKeyStore(database),
    withdrawals: withdrawalStore(database),
    replays: replayStore(database),
    sessionClients: sessionClientStore(database),
    check: check(database),
    purgeExpired: purge(database),
  }
}
