import { provider } from './oauth.ts'
import { findProblem } from './ready.ts'

/** Ends the process when the server cannot serve requests, and says what to do. Next.js would go on after an error. */
export async function requireReady(): Promise<void> {
  const problem = await findReason()
  if (problem === undefined) return
  process.stderr.write(problem)
  process.exit(1)
}

async function findReason(): Promise<string | undefined> {
  try {
    return await findProblem(provider())
  } catch (error) {
    return `The server does not start: ${error instanceof Error ? error.message : String(error)}\n`
  }
}
