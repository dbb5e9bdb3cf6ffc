import type { FeatureStores, Storage } from '../storage/storage.ts'

/** Requirements by name, as the files of the storage contract list them. */
export type ContractCases = Readonly<Record<string, (storage: Storage) => Promise<void>>>

/** Requirements of a store that only features use. */
export type FeatureCases<Store extends keyof FeatureStores> = Readonly<
  Record<string, (storage: Storage & Pick<FeatureStores, Store>) => Promise<void>>
>
