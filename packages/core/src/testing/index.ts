export { type FixedClock, fixedClock } from './clock.ts'
export { seededRandom } from './random.ts'
export { type ContractCase, storageContract } from './storage-contract.ts'
