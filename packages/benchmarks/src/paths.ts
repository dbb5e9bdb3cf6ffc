import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = dirname(fileURLToPath(import.meta.url))

export const paths = {
  source,
  /** The folder for the built processes. They are plain JavaScript, so that the measured process needs no loader. */
  output: join(source, '../dist'),
  profiles: join(source, '../dist/profiles'),
  core: join(source, '../../core'),
  kysely: join(source, '../../kysely'),
  compiler: join(source, '../node_modules/typescript/bin/tsc'),
} as const

/** The folders of the measured packages in another checkout of this repository, where they must have been built. */
export function packagesOf(checkout: string): { readonly core: string; readonly kysely: string } {
  return { core: resolve(checkout, 'packages/core'), kysely: resolve(checkout, 'packages/kysely') }
}
