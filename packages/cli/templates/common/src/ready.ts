import type { Provider } from '@oauth/core'

/** What to do when a check fails, where the check does not say it for the command line. */
const remedies: Readonly<Record<string, string>> = {
  storage: 'The line above has the cause. Start the database, or correct its address in .env.',
  keys: 'Put the OAUTH_SECRET back with which the keys were made. If it is lost, run: npx oauth keys rotate --drop-previous',
}

/** Returns why the server cannot serve requests and what to run, or `undefined`. Call it before the server listens. */
export async function findProblem(provider: Provider): Promise<string | undefined> {
  const { checks } = await provider.ready()
  // The checks after the first one that fails only say that they were left out.
  const failed = checks.find(({ ok }) => !ok)
  if (failed === undefined) return undefined
  const remedy = remedies[failed.name]
  return `The server does not start: ${failed.problem ?? failed.name}.\n${remedy === undefined ? '' : `${remedy}\n`}`
}
