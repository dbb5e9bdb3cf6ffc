import type { Storage } from '@oauth/core'
import { accessTokenStore } from './access-tokens.ts'
import { authorizationCodeStore } from './authorization-codes.ts'
import { clientStore } from './clients.ts'
import { consentStore } from './consents.ts'
import { grantStore } from './grants.ts'
import { purge } from './purge.ts'
import { rangeStore } from './ranges.ts'
import { recordStore } from './records.ts'
import { refreshTokenStore } from './refresh-tokens.ts'
import type { Runner } from './runner.ts'
import type { Schema } from './schema.ts'
import { checkedRunner, createWhenFit, type WhenFit } from './schema-check.ts'
import { signingKeyStore } from './signing-keys.ts'
import { tableCheck } from './table-check.ts'

/** Makes the storage for a schema and a runner. It checks the version of the schema before the first statement. */
export function storageOn(
  schema: Schema,
  unchecked: Runner,
  whenFit: WhenFit = createWhenFit(unchecked, schema),
): Storage {
  const runner = checkedRunner(unchecked, whenFit)
  return {
    clients: clientStore(schema, runner),
    consents: consentStore(schema, runner),
    grants: grantStore(schema, runner),
    authorizationCodes: authorizationCodeStore(schema, runner),
    accessTokens: accessTokenStore(schema, runner),
    refreshTokens: refreshTokenStore(schema, runner),
    signingKeys: signingKeyStore(schema, runner),
    records: recordStore(schema, runner),
    ranges: rangeStore(schema, runner),
    check: tableCheck(schema, unchecked),
    purgeExpired: purge(schema, runner),
  }
}
