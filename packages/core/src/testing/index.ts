export { type FixedClock, fixedClock } from './clock.ts'
export { seededRandom } from './random.ts'
export {
  type ContractCase,
  type MakeStorage,
  storageContract,
} from './storage-contract.ts'
