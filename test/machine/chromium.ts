import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** On a Mac, applications are not on the `PATH`. */
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A Chromium on this machine: `CHROMIUM_PATH`, or one on the `PATH`. */
export function findChromium(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const { CHROMIUM_PATH: chosen, PATH = '' } = env
  if (chosen) return existsSync(chosen) ? chosen : undefined
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...(process.platform === 'darwin' ? applications : [])].find((path) => existsSync(path))
}

/**
 * The Chromium of this machine, for `describe.each`: none or one. `pnpm test` sets `OAUTH_TEST_BROWSER=none`, and
 * `pnpm test:machine` uses what the machine has.
 */
export const chromiums: readonly string[] =
  process.env.OAUTH_TEST_BROWSER === 'none' ? [] : [findChromium() ?? []].flat()

/** `--no-sandbox`: in a container there often is no other way; the pages are our own. The rest keeps it off the network. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
