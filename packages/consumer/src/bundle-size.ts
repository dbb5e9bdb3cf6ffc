import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Bytes of a bundle: minified, and also compressed. */
export interface Size {
  readonly raw: number
  readonly gzip: number
}

type Sizes = Readonly<Record<string, Size>>

const file = join(import.meta.dirname, '../bundle-sizes.json')

/** How much a bundle may grow before a developer must confirm the new size with --update-sizes. */
const tolerance = 0.05

/** The committed size of a bundle. */
export function committedSize(name: string): Size | undefined {
  return (JSON.parse(readFileSync(file, 'utf8')) as Sizes)[name]
}

export function commitSize(name: string, { raw, gzip }: Size): void {
  const sizes = { ...(JSON.parse(readFileSync(file, 'utf8')) as Sizes), [name]: { raw, gzip } }
  writeFileSync(file, `${JSON.stringify(sizes, undefined, 2)}\n`)
}

/**
 * Compares a size with the committed one.
 * @returns a line with both sizes
 * @throws {Error} when the bundle has grown by more than 5 %
 */
export function compareSize(now: Size, before: Size | undefined): string {
  const hint = 'if that is meant, run `npx -y pnpm@10 packages --update-sizes` and commit bundle-sizes.json'
  if (before === undefined) throw new Error(`there is no figure to compare with; ${hint}`)
  const words = `${change(now.raw, before.raw)}, gzip ${change(now.gzip, before.gzip)}`
  const grown = now.raw > before.raw * (1 + tolerance) || now.gzip > before.gzip * (1 + tolerance)
  if (grown) throw new Error(`grown to ${words}; ${hint}`)
  return words
}

function change(now: number, before: number): string {
  const difference = now - before
  if (difference === 0) return `${now} bytes as committed`
  const sign = difference > 0 ? '+' : ''
  return `${now} bytes (${sign}${difference}, ${sign}${((difference / before) * 100).toFixed(2)} %)`
}
