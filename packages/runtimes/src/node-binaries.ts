import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The machine's own Node. `pnpm run` puts this package's `node_modules/.bin` in front, where `node` is Node 24, so
 * neither `node` nor `process.execPath` will do.
 */
export function machineNode(): string {
  const directories = (process.env.PATH ?? '').split(delimiter)
  const found = directories
    .filter((directory) => directory !== '' && !directory.includes('node_modules'))
    .map((directory) => join(directory, 'node'))
    .find(isExecutable)
  // pnpm names the Node that it runs on itself.
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
