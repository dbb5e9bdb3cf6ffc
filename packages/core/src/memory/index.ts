import type { CompleteStorage } from '../storage/storage.ts'
import { accessTokenStore } from './access-tokens.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { clientStore } from './clients.ts'
import { consentStore } from './consents.ts'
import { grantStore } from './grants.ts'
import { interactionStore } from './interactions.ts'
import { purgeExpired } from './purge.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { replayStore } from './replays.ts'
import { sessionClientStore } from './session-clients.ts'
import { signingKeyStore } from './signing-keys.ts'
import { tables as emptyTables } from './tables.ts'
import { withdrawalStore } from './withdrawals.ts'

/**
 * A storage that lives and dies with the process: for development, tests and single-process demonstrations. It answers
 * at once (values, not promises), which also makes every verb atomic. What it hands out is frozen.
 */
export function memoryStorage(): CompleteStorage {
  const tables = emptyTables()
  return {
    clients: clientStore(tables),
    interactions: interactionStore(tables),
    consents: consentStore(tables),
    grants: grantStore(tables),
    authorizationCodes: authorizationCodeStore(tables),
    accessTokens: accessTokenStore(tables),
    refreshTokens: refreshTokenStore(tables),
    signingKeys: signingKeyStore(tables),
    withdrawals: withdrawalStore(tables),
    replays: replayStore(tables),
    sessionClients: sessionClientStore(tables),
    check: () => undefined,
    purgeExpired: (query) => purgeExpired(tables, query),
  }
}
