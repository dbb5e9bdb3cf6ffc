import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Declared, type DeclaredMember, exportsOf, membersOf } from './declared.ts'
import { notice, packagesFolder } from './places.ts'
import { memberSection } from './provider-page.ts'
import { docSection, fenced, parts } from './sections.ts'
import { textOf } from './syntax.ts'

/** A feature that an import path exports. */
interface Found {
  readonly importPath: string
  readonly make: Declared
  /** The name of the feature in `provider.features`. */
  readonly name: string
  readonly options: readonly DeclaredMember[]
  /** The methods that it adds to `provider.features.<name>`. */
  readonly api: readonly DeclaredMember[]
}

/** Returns the features of all import paths of the core. */
function findFeatures(): readonly Found[] {
  const folder = join(packagesFolder, 'core')
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string>>
  }
  const paths = Object.entries(exports).filter(([path]) => path.startsWith('./features/'))
  return paths
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([path, file]) => {
      const all = exportsOf(join(folder, file))
      const importPath = `@oauth/core/${path.slice(2)}`
      const found = [...all.values()].flatMap((make) => featureOf(importPath, make, all))
      if (found.length === 0) throw new Error(`${importPath}: no exported function says that it returns a Feature`)
      return found
    })
}

function featureOf(importPath: string, make: Declared, all: ReadonlyMap<string, Declared>): readonly Found[] {
  const signature = signatureOf(make)
  const [, quoted, constant, api] = /\): Feature<(?:'(\w+)'|typeof (\w+))(?:, (\w+))?>/.exec(signature) ?? []
  const name = quoted ?? (constant === undefined ? undefined : constantIn(make.file.text, constant))
  if (name === undefined) return []
  const options = all.get(/options\??: (\w+)/.exec(signature)?.[1] ?? '')
  const added = all.get(api ?? '')
  return [
    {
      importPath,
      make,
      name,
      options: options === undefined ? [] : membersOf(options),
      api: added === undefined ? [] : membersOf(added),
    },
  ]
}

function constantIn(text: string, name: string): string | undefined {
  return new RegExp(`\\bconst ${name} = '(\\w+)'`).exec(text)?.[1]
}

/** What goes into other options than `features`, and has options of its own. */
const besides: readonly (readonly [string, string, string])[] = [
  ['mcp', 'mcp', 'presets/mcp.ts'],
  ['externalSigningKeys', 'external-signing-keys', 'external-keys/external-signing-keys.ts'],
]

function besidesSection([name, path, file]: readonly [string, string, string]): string {
  const all = exportsOf(join(packagesFolder, 'core/src', file))
  const make = all.get(name)
  if (make === undefined) throw new Error(`@oauth/core/${path} exports no ${name}`)
  const options = all.get(/options: (\w+)/.exec(signatureOf(make))?.[1] ?? '')
  return parts(
    `### \`${name}\``,
    fenced(`import { ${name} } from '@oauth/core/${path}'`),
    docSection(make.doc),
    options && parts('**Options**', membersOf(options).map(optionLine).join('\n')),
  )
}

function signatureOf({ file, node }: Declared): string {
  if (node.type !== 'FunctionDeclaration') return ''
  const { start } = node.body as { readonly start: number }
  return textOf(file, { ...node, end: start })
    .replace(/\s+/g, ' ')
    .replace('( ', '(')
    .replace(/,? \)/, ')')
    .trim()
}

/** Breaks the parameters of a long signature into lines of their own. */
function wrapped(signature: string): string {
  if (signature.length <= 120) return signature
  const [, before, parameters, result] = /^(.*?)\((options.*)\): (Feature<.*)$/.exec(signature) ?? []
  return before === undefined ? signature : `${before}(\n  ${parameters},\n): ${result}`
}

/** Returns the code of the page whose types the page of types explains. */
export function featureCode(): readonly string[] {
  return findFeatures().flatMap(({ options, api }) => [...options, ...api].map(({ signature }) => signature))
}

/** Makes the page of the features: how each is made, its options, and the methods that it adds. */
export function featuresPage(): string {
  return `${parts(
    '# Features',
    notice,
    'Each is imported from a path of its own and goes into the option [`features`](../options.md#features). When to use which, and what clients have to do: [Features, explained](../features.md).',
    ...findFeatures().map(({ importPath, make, name, options, api }) =>
      parts(
        `## \`${make.name}\``,
        fenced(`import { ${make.name} } from '${importPath}'\n\n${wrapped(signatureOf(make).replace(/^export /, ''))}`),
        docSection(make.doc),
        options.length > 0 && parts('**Options**', options.map(optionLine).join('\n')),
        api.length > 0 && `**Methods**, at \`provider.features.${name}\``,
        ...api.map((member) => memberSection(member, `provider.features.${name}`)),
      ),
    ),
    '## Other imports',
    'They go into `createProvider` in another way than by `features`.',
    ...besides.map(besidesSection),
  )}\n`
}

function optionLine({ name, optional, type, doc }: DeclaredMember): string {
  const shown = type.replace(/ \| undefined$/, '')
  return `- \`${name}${optional ? '?' : ''}: ${shown}\`${doc.text === '' ? '' : `: ${doc.text.replace(/\n\n/g, ' ')}`}`
}
