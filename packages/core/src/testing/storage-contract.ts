import type { Awaitable } from '../storage/awaitable.ts'
import type { Storage } from '../storage/storage.ts'
import type { ContractCases } from './storage-cases.ts'
import { accessTokenCases } from './storage-contract-access-tokens.ts'
import { authorizationCodeCases } from './storage-contract-authorization-codes.ts'
import { clientUseCases } from './storage-contract-client-use.ts'
import { clientCases } from './storage-contract-clients.ts'
import { commitCases } from './storage-contract-commit.ts'
import { committedTokenCases } from './storage-contract-committed-tokens.ts'
import { consentCases } from './storage-contract-consents.ts'
import { grantCases } from './storage-contract-grants.ts'
import { lookalikeCases } from './storage-contract-lookalikes.ts'
import { purgeCases } from './storage-contract-purge.ts'
import { purgeClientCases } from './storage-contract-purge-clients.ts'
import { raceCases } from './storage-contract-races.ts'
import { tokenRaceCases } from './storage-contract-races-tokens.ts'
import { rangeCases } from './storage-contract-ranges.ts'
import { recordRaceCases } from './storage-contract-record-races.ts'
import { recordCases } from './storage-contract-records.ts'
import { redemptionCases } from './storage-contract-redemption.ts'
import { refreshTokenCases } from './storage-contract-refresh-tokens.ts'
import { rotationCases } from './storage-contract-rotation.ts'
import { sealedSuccessorCases } from './storage-contract-sealed-successors.ts'
import { signingKeyCases } from './storage-contract-signing-keys.ts'
import { textCases } from './storage-contract-texts.ts'
import { nameErrors } from './storage-named-errors.ts'

/**
 * One requirement of the storage contract. `run` resolves when the adapter meets it, and rejects with the expected and
 * the actual result.
 */
export interface ContractCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * Makes an empty storage for one case: the storage alone, or together with a function that closes it after the case.
 */
export type MakeStorage = () => Awaitable<
  Storage | { readonly storage: Storage; readonly close?: () => Awaitable<void> }
>

const cases: ContractCases = {
  ...clientCases,
  ...clientUseCases,
  ...recordCases,
  ...consentCases,
  ...grantCases,
  ...commitCases,
  ...committedTokenCases,
  ...authorizationCodeCases,
  ...redemptionCases,
  ...accessTokenCases,
  ...refreshTokenCases,
  ...rotationCases,
  ...sealedSuccessorCases,
  ...signingKeyCases,
  ...purgeCases,
  ...purgeClientCases,
  ...rangeCases,
  ...lookalikeCases,
  ...textCases,
  ...raceCases,
  ...recordRaceCases,
  ...tokenRaceCases,
}

/**
 * The definition of a conforming storage adapter, for any test runner:
 *
 * ```ts
 * for (const { name, run } of storageContract(() => memoryStorage())) test(name, run)
 * ```
 *
 * `makeStorage` is called once for each case and has to answer an empty storage.
 */
export function storageContract(makeStorage: MakeStorage): readonly ContractCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    run: async () => {
      const made = await makeStorage()
      const { storage, close } = 'storage' in made ? made : { storage: made, close: undefined }
      try {
        await check(nameErrors(storage))
      } finally {
        await close?.()
      }
    },
  }))
}
