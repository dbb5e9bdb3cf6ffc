// biome-ignore-all lint/suspicious/noConsole: the one way to print that all of these runtimes share
import { memoryStorage } from '@oauth/core/memory'
import { smoke } from './journey.ts'
import { runtimeName } from './runtime-name.ts'
import { createServer, type Server } from './server.ts'

/** Runs the journey with tokens in ML-DSA, or prints why the server does not start on a platform without it. */
async function run(): Promise<string> {
  let server: Server
  try {
    server = createServer(memoryStorage(), 'ML-DSA-65')
  } catch (error) {
    return `no ML-DSA: ${error instanceof TypeError ? error.message : String(error)}`
  }
  await smoke(server)
  return 'ML-DSA-65'
}

const outcome = await run()
console.log(`ok ${runtimeName()}, ${outcome}`)
