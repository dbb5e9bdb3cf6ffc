import { join } from 'node:path'
import { slug } from '../build/slug.ts'
import { type Declared, dedent, exportsOf } from './declared.ts'
import { coreFolder, notice } from './places.ts'
import { fenced, parts } from './sections.ts'
import { textOf } from './syntax.ts'

/** Types that have a better place than the page of types, or that no reader needs. */
const elsewhere: ReadonlySet<string> = new Set([
  'Provider',
  'OAuthError',
  'Handler',
  'ProviderOptions',
  'OAuthEvent',
  'ClientMetadata',
])

/** The public types of the core, by their names. */
export function publicTypes(): ReadonlyMap<string, Declared> {
  return new Map(
    [...exportsOf(join(coreFolder, 'index.ts'))].filter(
      ([name, { node }]) => !elsewhere.has(name) && /^TS(?:Interface|TypeAlias)Declaration$/.test(node.type),
    ),
  )
}

/** Returns links to the types that a text of code names. */
export function typeLinks(code: string): string {
  const known = publicTypes()
  const names = [...new Set(code.match(/\b[A-Z]\w+/g))].filter((name) => known.has(name))
  return names.map((name) => `[${name}](types.md#${slug(name)})`).join(' · ')
}

/** Makes the page of the types that the given code needs, and that those need. */
export function typesPage(code: readonly string[]): string {
  const known = publicTypes()
  const needed = new Map<string, Declared>()
  const follow = (text: string): void => {
    for (const name of text.match(/\b[A-Z]\w+/g) ?? []) {
      const one = known.get(name)
      if (one === undefined || needed.has(name)) continue
      needed.set(name, one)
      follow(textOf(one.file, one.node))
    }
  }
  code.forEach(follow)
  const sorted = [...needed].sort(([one], [other]) => (one < other ? -1 : 1))
  return `${parts(
    '# Types',
    notice,
    'What the methods of the provider and of its features take and return, as it is declared. `readonly` is everywhere: the server changes nothing that you have given to it.',
    ...sorted.map(([name, { doc, file, node }]) =>
      parts(`## \`${name}\``, doc.text, fenced(dedent(textOf(file, node)))),
    ),
  )}\n`
}
