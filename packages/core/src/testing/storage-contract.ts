import type { Awaitable } from '../storage/awaitable.ts'
import type { FeatureStores, Storage } from '../storage/storage.ts'
import type { ContractCases, FeatureCases } from './storage-cases.ts'
import { accessTokenCases } from './storage-contract-access-tokens.ts'
import { authorizationCodeCases } from './storage-contract-authorization-codes.ts'
import { clientUseCases } from './storage-contract-client-use.ts'
import { clientCases } from './storage-contract-clients.ts'
import { consentCases } from './storage-contract-consents.ts'
import { grantCases } from './storage-contract-grants.ts'
import { interactionCases } from './storage-contract-interactions.ts'
import { lookalikeCases } from './storage-contract-lookalikes.ts'
import { purgeCases } from './storage-contract-purge.ts'
import { purgeClientCases } from './storage-contract-purge-clients.ts'
import { raceCases } from './storage-contract-races.ts'
import { tokenRaceCases } from './storage-contract-races-tokens.ts'
import { redemptionCases } from './storage-contract-redemption.ts'
import { refreshTokenCases } from './storage-contract-refresh-tokens.ts'
import { replayCases } from './storage-contract-replays.ts'
import { rotationCases } from './storage-contract-rotation.ts'
import { sealedSuccessorCases } from './storage-contract-sealed-successors.ts'
import { sessionClientCases } from './storage-contract-session-clients.ts'
import { signingKeyCases } from './storage-contract-signing-keys.ts'
import { textCases } from './storage-contract-texts.ts'
import { withdrawalCases } from './storage-contract-withdrawals.ts'
import { nameErrors } from './storage-named-errors.ts'

/** One requirement: `run` resolves when the adapter meets it, and rejects with what was expected and what came. */
export interface ContractCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** What makes the storage of one case: alone, or with what has to be called after the case. */
export type MakeStorage = () => Awaitable<
  Storage | { readonly storage: Storage; readonly close?: () => Awaitable<void> }
>

export interface StorageContractOptions {
  /** The stores of features that the storage does without. Their cases are left out, and nothing else is. */
  readonly without?: readonly (keyof FeatureStores)[]
}

const cases: ContractCases = {
  ...clientCases,
  ...clientUseCases,
  ...interactionCases,
  ...consentCases,
  ...grantCases,
  ...authorizationCodeCases,
  ...redemptionCases,
  ...accessTokenCases,
  ...refreshTokenCases,
  ...rotationCases,
  ...sealedSuccessorCases,
  ...signingKeyCases,
  ...withdrawalCases,
  ...purgeCases,
  ...purgeClientCases,
  ...lookalikeCases,
  ...textCases,
  ...raceCases,
  ...tokenRaceCases,
}

const featureCases: Readonly<Record<keyof FeatureStores, ContractCases>> = {
  replays: needing('replays', replayCases),
  sessionClients: needing('sessionClients', sessionClientCases),
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
export function storageContract(
  makeStorage: MakeStorage,
  { without = [] }: StorageContractOptions = {},
): readonly ContractCase[] {
  const stores = (Object.keys(featureCases) as (keyof FeatureStores)[]).filter((store) => !without.includes(store))
  const chosen = [cases, ...stores.map((store) => featureCases[store])].flatMap((some) => Object.entries(some))
  return chosen.map(([name, check]) => ({
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

/** The cases of one store of features, which say so when there is none. */
function needing<Store extends keyof FeatureStores>(store: Store, checks: FeatureCases<Store>): ContractCases {
  const entries = Object.entries(checks).map(([name, check]) => [
    name,
    async (storage: Storage) => {
      if (storage[store] === undefined)
        throw new Error(`the storage has no ${store}; without: ['${store}'] leaves it out`)
      await check(storage as Storage & Pick<FeatureStores, Store>)
    },
  ])
  return Object.fromEntries(entries)
}
