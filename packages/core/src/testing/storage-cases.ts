import type { Storage } from '../storage/storage.ts'

/** The requirements of one part of the storage contract, by name. */
export type ContractCases = Readonly<Record<string, (storage: Storage) => Promise<void>>>
