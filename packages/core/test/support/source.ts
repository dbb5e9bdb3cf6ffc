import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One source file: its text, its code and its imports. */
export interface SourceFile {
  /** The path below `src`, for instance `http/json.ts`. */
  readonly path: string
  readonly folder: string
  readonly text: string
  /** The text without comments, and with empty strings and regular expressions. */
  readonly code: string
  /** The specifiers of all imports and re-exports, as written. */
  readonly imports: readonly string[]
  /** The specifiers of the imports and re-exports that are not only of types. */
  readonly runtimeImports: readonly string[]
}

export const packageRoot: string = fileURLToPath(new URL('../..', import.meta.url))
const root = join(packageRoot, 'src')

export function readSources(): readonly SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8')
      return {
        path,
        folder: path.includes('/') ? path.slice(0, path.indexOf('/')) : path,
        text,
        code: stripped(text),
        imports: [
          ...text.matchAll(/^(?:import|export)\b[^'";]*?\bfrom\s+'([^']+)'/gm),
          ...text.matchAll(/^import\s+'([^']+)'/gm),
          ...text.matchAll(/\bimport\(\s*'([^']+)'/g),
        ].map((match) => match[1] as string),
        runtimeImports: [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^'";]*?\bfrom\s+'([^']+)'/gm)].map(
          (match) => match[1] as string,
        ),
      }
    })
}

/** The path below `src` that a relative import leads to. */
export function resolveImport(from: string, specifier: string): string {
  return relative(root, join(root, dirname(from), specifier)).replaceAll('\\', '/')
}

/** Removes comments and the contents of strings, templates and regular expressions. It keeps the code inside `${}`. */
export function stripped(text: string): string {
  let code = ''
  let index = 0
  const depths: number[] = []
  let depth = 0
  const template = (): void => {
    while (index < text.length) {
      if (text[index] === '\\') index += 2
      else if (text[index] === '`') {
        index++
        code += '`'
        return
      } else if (text.startsWith('${', index)) {
        index += 2
        code += '${'
        depths.push(depth)
        depth = 0
        return
      } else index++
    }
  }
  while (index < text.length) {
    const character = text[index] as string
    if (text.startsWith('//', index)) index = endOf(text, '\n', index)
    else if (text.startsWith('/*', index)) index = endOf(text, '*/', index) + 2
    else if (character === "'" || character === '"') {
      index = literalEnd(text, index, character)
      code += "''"
    } else if (character === '`') {
      index++
      code += '`'
      template()
    } else if (character === '/' && /(?:^|[(,=:[!&|?{};+\n]|return|=>)\s*$/.test(code)) {
      index = regexEnd(text, index)
      code += '/./'
    } else {
      if (character === '{') depth++
      index++
      code += character
      if (character === '}') {
        const outer = depth === 0 ? depths.pop() : undefined
        if (outer === undefined) depth--
        else {
          depth = outer
          template()
        }
      }
    }
  }
  return code
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from + 2)
  return end < 0 ? text.length : end
}

function literalEnd(text: string, from: number, quote: string): number {
  let index = from + 1
  while (index < text.length && text[index] !== quote) index += text[index] === '\\' ? 2 : 1
  return index + 1
}

function regexEnd(text: string, from: number): number {
  let index = from + 1
  let inClass = false
  while (index < text.length && (inClass || text[index] !== '/')) {
    if (text[index] === '[') inClass = true
    if (text[index] === ']') inClass = false
    index += text[index] === '\\' ? 2 : 1
  }
  index++
  while (/[a-z]/.test(text[index] ?? '')) index++
  return index
}
