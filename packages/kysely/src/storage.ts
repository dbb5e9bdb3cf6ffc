import type { Storage } from '@oauth/core'
import type { Kysely } from 'kysely'
import { accessTokenStore } from './access-tokens.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { clientStore } from './clients.ts'
import { consentStore } from './consents.ts'
import { grantStore } from './grants.ts'
import { interactionStore } from './interactions.ts'
import { purge } from './purge.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import type { Runner } from './runner.ts'
import type { OAuthTables } from './schema.ts'
import { signingKeyStore } from './signing-keys.ts'

/** `db` compiles the statements, `runner` runs them. */
export function storageOn(db: Kysely<OAuthTables>, runner: Runner): Storage {
  return {
    clients: clientStore(db, runner),
    interactions: interactionStore(db, runner),
    consents: consentStore(db, runner),
    grants: grantStore(db, runner),
    authorizationCodes: authorizationCodeStore(db, runner),
    accessTokens: accessTokenStore(db, runner),
    refreshTokens: refreshTokenStore(db, runner),
    signingKeys: signingKeyStore(db, runner),
    purgeExpired: purge(db, runner),
  }
}
