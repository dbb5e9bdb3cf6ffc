import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Language } from './languages.ts'
import type { Row } from './rows.ts'

/** The folder with one folder a language. */
export const folder = join(dirname(fileURLToPath(import.meta.url)), '..')

const file = ({ name }: Language) => join(folder, name, 'results.json')

/** Returns what the programs of a language are expected to do: what the last `pnpm interop --write` saw. */
export function readResults(language: Language): readonly Row[] {
  return existsSync(file(language)) ? JSON.parse(readFileSync(file(language), 'utf8')) : []
}

export function writeResults(language: Language, rows: readonly Row[]): void {
  writeFileSync(
    file(language),
    `${JSON.stringify(
      rows.map(({ detail: _, ...row }) => row),
      undefined,
      2,
    )}\n`,
  )
}
