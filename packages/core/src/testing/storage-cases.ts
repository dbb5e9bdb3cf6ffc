import type { Storage } from '../storage/storage.ts'

/** Requirements by name, as the files of the storage contract list them. */
export type ContractCases = Readonly<Record<string, (storage: Storage) => Promise<void>>>
