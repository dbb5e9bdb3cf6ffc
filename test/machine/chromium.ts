import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** The places of Chromium on a Mac, where applications are not on the `PATH`. */
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** Returns the path of a Chromium: `CHROMIUM_PATH`, or one on the `PATH`. */
export function findChromium(env: Readonly<Record<string, string | undefined>> = process.env): string | undefined {
  const { CHROMIUM_PATH: chosen, PATH = '' } = env
  if (chosen) return existsSync(chosen) ? chosen : undefined
  const folders = PATH.split(delimiter).filter((folder) => folder !== '')
  const onPath = folders.flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...(process.platform === 'darwin' ? applications : [])].find((path) => existsSync(path))
}

/**
 * A list for `describe.each` with the Chromium of this machine, or an empty list. `pnpm test` sets
 * `OAUTH_TEST_BROWSER=none`, so that it is empty there; `pnpm test:machine` does not.
 */
export const chromiums: readonly string[] =
  process.env.OAUTH_TEST_BROWSER === 'none' ? [] : [findChromium() ?? []].flat()

/** Chromium often needs `--no-sandbox` in a container, and it shows only our pages. The others stop its own requests. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
