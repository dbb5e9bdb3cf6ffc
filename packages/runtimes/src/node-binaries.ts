import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Returns the path of the Node that the machine has. `pnpm run` puts this package's `node_modules/.bin` first in PATH,
 * where `node` is Node 24, so `node` and `process.execPath` are not the machine's Node.
 */
export function machineNode(): string {
  const directories = (process.env.PATH ?? '').split(delimiter)
  const found = directories
    .filter((directory) => directory !== '' && !directory.includes('node_modules'))
    .map((directory) => join(directory, 'node'))
    .find(isExecutable)
  // pnpm sets this variable to the Node that it runs on.
  const node = found ?? process.env.npm_node_execpath
  if (node === undefined) throw new Error('there is no node on PATH outside node_modules')
  return node
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
