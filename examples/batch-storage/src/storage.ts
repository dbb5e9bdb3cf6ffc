import type { Storage } from '@oauth/core'
import { accessTokenStore } from './access-tokens.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { clientStore } from './clients.ts'
import { consentStore } from './consents.ts'
import { grantStore } from './grants.ts'
import type { KeyValueStore } from './key-value.ts'
import { purge } from './purge.ts'
import { recordStore } from './records.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import { signingKeyStore } from './signing-keys.ts'

/** Makes a storage for a key-value store whose only write is a batch with conditions. */
export function batchStorage(store: KeyValueStore): Storage {
  return {
    clients: clientStore(store),
    consents: consentStore(store),
    grants: grantStore(store),
    authorizationCodes: authorizationCodeStore(store),
    accessTokens: accessTokenStore(store),
    refreshTokens: refreshTokenStore(store),
    signingKeys: signingKeyStore(store),
    records: recordStore(store),
    purgeExpired: purge(store),
  }
}
