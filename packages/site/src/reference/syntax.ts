import { readFileSync } from 'node:fs'
import { parseAst } from 'rolldown/parseAst'

/** A node of a syntax tree (ESTree with TypeScript). Its children are among its own properties. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [property: string]: unknown
}

/** A parsed file. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly body: readonly Node[]
}

const parsed = new Map<string, SourceFile>()

/** Reads and parses a TypeScript file, once. */
export function parseFile(path: string): SourceFile {
  const known = parsed.get(path)
  if (known !== undefined) return known
  const text = readFileSync(path, 'utf8')
  // Positions are counted in UTF-16 units, as strings are.
  const program = parseAst(text, { lang: 'ts' }, path) as unknown as { readonly body: readonly Node[] }
  const file = { path, text, body: program.body }
  parsed.set(path, file)
  return file
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as { readonly type?: unknown }).type === 'string'
}

/** Returns the child nodes of a node. */
export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

/** Returns the name of an identifier, or the text of a literal key. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  return String(node.name ?? node.value ?? '')
}

export function textOf(file: SourceFile, node: Node): string {
  return file.text.slice(node.start, node.end)
}

/** Returns the documentation comment directly before a node, between the asterisks; `undefined` when there is none. */
export function commentBefore(file: SourceFile, node: Node): string | undefined {
  const before = file.text.slice(0, node.start).replace(/[\s|]+$/, '')
  if (!before.endsWith('*/')) return undefined
  const begin = before.lastIndexOf('/**')
  return begin < 0 ? undefined : before.slice(begin + 3, -2)
}
