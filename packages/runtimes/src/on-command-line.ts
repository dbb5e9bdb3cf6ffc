// biome-ignore-all lint/suspicious/noConsole: the one way to print that all of these runtimes share
import { smoke } from './journey.ts'
import { runtimeName } from './runtime-name.ts'

// A second journey finds what the first one left behind: the same keys, a warm cache.
await smoke()
await smoke()
console.log(`ok ${runtimeName()}`)
