import { dirname, join } from 'node:path'
import { type Doc, readDoc } from './doc-comment.ts'
import { commentBefore, isNode, type Node, nameOf, parseFile, type SourceFile } from './syntax.ts'

/** An exported declaration with its documentation. */
export interface Declared {
  readonly name: string
  readonly file: SourceFile
  /** The declaration without `export`. */
  readonly node: Node
  readonly doc: Doc
}

/** Returns the exported declarations of a module, also those that it passes on from relative modules, by their names. */
export function exportsOf(path: string): ReadonlyMap<string, Declared> {
  const file = parseFile(path)
  const found = new Map<string, Declared>()
  const imported = importsOf(file)
  for (const statement of file.body) {
    if (statement.type === 'ExportAllDeclaration') {
      for (const [name, one] of exportsOf(moduleOf(file, statement))) found.set(name, one)
    }
    if (statement.type !== 'ExportNamedDeclaration') continue
    const { declaration } = statement
    if (isNode(declaration)) {
      const name = nameOf(declaration.id)
      // Of overloads, the first one is documented best.
      if (name !== '' && !found.has(name)) {
        found.set(name, { name, file, node: declaration, doc: readDoc(commentBefore(file, statement)) })
      }
    }
    for (const specifier of (statement.specifiers as readonly Node[] | undefined) ?? []) {
      const local = nameOf(specifier.local)
      const from = isNode(statement.source) ? moduleOf(file, statement) : imported.get(local)?.from
      const one = from?.startsWith('/') === true ? exportsOf(from).get(imported.get(local)?.name ?? local) : undefined
      if (one !== undefined) found.set(nameOf(specifier.exported), one)
    }
  }
  return found
}

/** Where an imported name comes from. */
export interface Import {
  readonly name: string
  /** The path of the file for relative modules, and the name of the module for others. */
  readonly from: string
}

export function importsOf(file: SourceFile): ReadonlyMap<string, Import> {
  return new Map(
    file.body
      .filter(({ type }) => type === 'ImportDeclaration')
      .flatMap((statement) =>
        (statement.specifiers as readonly Node[]).map((specifier) => [
          nameOf(specifier.local),
          { name: nameOf(specifier.imported), from: moduleOf(file, statement) },
        ]),
      ),
  )
}

function moduleOf(file: SourceFile, statement: Node): string {
  const source = nameOf(statement.source)
  return source.startsWith('.') ? join(dirname(file.path), source) : source
}

/** A member of an interface. */
export interface DeclaredMember {
  readonly name: string
  readonly optional: boolean
  /** The source of the member, without `readonly`. */
  readonly signature: string
  /** The type of a property; for a method, the source after its name. */
  readonly type: string
  readonly doc: Doc
}

/** Returns the members of an interface, without those that it inherits. */
export function membersOf({ file, node }: Pick<Declared, 'file' | 'node'>): readonly DeclaredMember[] {
  const body = isNode(node.body)
    ? (node.body.body as readonly Node[])
    : ((node.members as readonly Node[] | undefined) ?? [])
  return body
    .filter(({ type }) => type === 'TSPropertySignature' || type === 'TSMethodSignature')
    .map((member) => {
      const key = member.key as Node
      const optional = member.optional === true
      const signature = dedent(file.text.slice(member.start, member.end).replace(/^readonly /, ''))
      const rest = file.text.slice(key.end, member.end).replace(/^\??:? ?/, '')
      const doc = readDoc(commentBefore(file, member))
      return { name: nameOf(key), optional, signature, type: rest.replace(/\s+/g, ' '), doc }
    })
}

/** Returns the names of the interfaces that an interface extends. */
export function basesOf({ node }: Declared): readonly string[] {
  return ((node.extends as readonly Node[] | undefined) ?? []).map(({ expression }) => nameOf(expression))
}

/** Moves code to the left as far as its later lines allow. */
export function dedent(code: string): string {
  const [first = '', ...rest] = code.split('\n')
  const indents = rest.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0)
  const least = indents.length === 0 ? 0 : Math.min(...indents)
  return [first, ...rest.map((line) => line.slice(least))].join('\n')
}
