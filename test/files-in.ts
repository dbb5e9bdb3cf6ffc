import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** What installations and builds make. Packages link to each other there, in circles, and `readdirSync` follows links. */
const made = /^(?:node_modules|dist|\.next|\.bundles-.*)$/

/** Lists the files of this repository below a folder whose path matches, without what installations and builds make. */
export function filesIn(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => !made.test(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesIn(path, pattern)
      return pattern.test(path) ? [path] : []
    })
    .sort()
}
