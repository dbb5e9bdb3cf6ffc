import { existsSync } from 'node:fs'

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A Chromium on this machine: `CHROMIUM_PATH`, or one of the usual places. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH: chosen } = process.env
  return (chosen ? [chosen] : usual).find((path) => existsSync(path))
}

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
