import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from '../errors.ts'

/** What was written, and what was there and stayed. */
export interface Written {
  readonly written: readonly string[]
  readonly kept: readonly string[]
}

const readmeFile = 'README.md'

/**
 * Writes files into a folder. A file that exists is an error, before anything is written; with `force` it is overwritten,
 * but for `precious`, which always stays. Without `force`, a README is no error and
 * stays, because a new repository has one.
 * @throws {UsageError} that names the files that exist
 */
export function writeProject(
  folder: string,
  files: ReadonlyMap<string, string>,
  { force, precious }: { readonly force: boolean; readonly precious: string },
): Written {
  const present = [...files.keys()].filter((path) => existsSync(join(folder, path)))
  const inTheWay = present.filter((path) => path !== readmeFile)
  if (inTheWay.length > 0 && !force) {
    throw new UsageError(
      `${folder} already has ${inTheWay.join(', ')}. Nothing was written: name another folder, or overwrite them with --force.`,
    )
  }
  const kept = present.filter((path) => path === precious || (path === readmeFile && !force))
  const written = [...files.keys()].filter((path) => !kept.includes(path))
  for (const path of written) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    // Only the owner may read the secrets.
    writeFileSync(join(folder, path), files.get(path) ?? '', path === precious ? { mode: 0o600 } : {})
  }
  return { written, kept }
}
