/** A member of an interface, read from its declaration and its doc comment. */
export interface Member {
  readonly name: string
  readonly optional: boolean
  readonly type: string
  readonly doc: string
  /** The code after `@example` in the doc comment, line by line. */
  readonly example?: string
}

/** An exported interface, or a type alias with its text. */
export interface Declaration {
  readonly name: string
  readonly doc: string
  readonly file: string
  /** The names that an interface extends. */
  readonly bases: readonly string[]
  /** The members of an interface. */
  readonly members: readonly Member[]
  /** The text of a type alias after the equals sign. */
  readonly alias?: string
}

/**
 * Reads the declarations of a file in the style of this repository: a doc comment above each, two spaces, no semicolons.
 * It is no TypeScript parser: it throws for a declaration that it cannot read.
 */
export function readDeclarations(file: string, source: string): readonly Declaration[] {
  const comment = String.raw`(?:/\*\*(?<comment>(?:(?!\*/).)*)\*/\n)?`
  const body = String.raw`(?:interface (?<interface>\w+)(?<members>.*?\n\})|type (?<type>\w+)\b[^=]*=(?<alias>.*?)(?=\n\n|\n$))`
  return [...`\n${source}`.matchAll(new RegExp(`(?<=\n)${comment}export ${body}`, 'gs'))].map(({ groups = {} }) => {
    const { interface: name, type = '', members = '', alias = '' } = groups
    const doc = docText(groups.comment)
    if (name === undefined) return { name: type, doc, file, bases: [], members: [], alias: alias.trim() }
    return { name, doc, file, bases: readBases(members), members: readMembers(`${file}: ${name}`, members) }
  })
}

/** Returns the names after `extends`, without type parameters. */
function readBases(text: string): readonly string[] {
  const header = text.slice(0, text.indexOf('{')).replace(/<[^<>]*>/g, '')
  return (/\bextends ([\w, ]+)/.exec(header)?.[1] ?? '').split(',').flatMap((name) => name.trim() || [])
}

/** Returns the imported type names of a file, each with its path relative to the file. */
export function readImports(source: string): ReadonlyMap<string, string> {
  const imports = [...source.matchAll(/^import type \{([^}]*)\} from '([^']+)'/gm)]
  return new Map(
    imports.flatMap(([, names = '', from = '']) => names.split(',').map((name) => [name.trim(), from] as const)),
  )
}

function readMembers(where: string, text: string): readonly Member[] {
  const members: Member[] = []
  let comment: string | undefined
  let signature = ''
  const lines = text.split('\n').slice(1)
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (signature === '' && line.startsWith('  /**')) {
      const start = index
      while (!lines[index]?.includes('*/')) index++
      comment = lines
        .slice(start, index + 1)
        .join('\n')
        .replace(/^\s*\/\*\*|\*\/\s*$/g, '')
      continue
    }
    if (signature === '' && (line === '}' || line.startsWith('  //') || line.trim() === '')) continue
    signature += `${line}\n`
    if (!isWhole(signature)) continue
    const example = exampleOf(comment)
    members.push({ ...readMember(where, signature, docText(comment)), ...(example !== undefined && { example }) })
    comment = undefined
    signature = ''
  }
  if (signature !== '') throw new Error(`${where}: cannot read ${signature}`)
  return members
}

/** Whether all brackets are closed. In this style, a type that continues on the next line has an open bracket. */
function isWhole(signature: string): boolean {
  const plain = signature.replaceAll('=>', '')
  const count = (pattern: RegExp): number => plain.match(pattern)?.length ?? 0
  return count(/[({[<]/g) === count(/[)}\]>]/g)
}

function readMember(where: string, signature: string, doc: string): Member {
  const text = onOneLine(signature)
  const property = /^(?:readonly )?(\w+)(\?)?: (.+)$/.exec(text)
  if (property !== null) {
    const [, name = '', optional, type = ''] = property
    return { name, optional: optional !== undefined, type: withoutUndefined(type), doc }
  }
  const method = /^(\w+)(\?)?(\(.*\)): (.+)$/.exec(text)
  if (method === null) throw new Error(`${where}: cannot read ${text}`)
  const [, name = '', optional, parameters = '', result = ''] = method
  return { name, optional: optional !== undefined, type: `${parameters} => ${result}`, doc }
}

/** Writes a type on one line. Adds semicolons between members, because this style omits them at the end of a line. */
export function onOneLine(text: string): string {
  return text
    .trim()
    .replace(/([^\s{(,|&>])\n\s*(?![\s|&)}])/g, '$1; ')
    .replace(/\s+/g, ' ')
    .replace(/\(\s/g, '(')
    .replace(/,? \)/g, ')')
    .replace(/^\| /, '')
}

/** Removes `| undefined` from a type, because the question mark of the member already says it. */
function withoutUndefined(type: string): string {
  const plain = type.endsWith(' | undefined') ? type.slice(0, -' | undefined'.length) : type
  return /^\(\(.*\)$/.test(plain) ? plain.slice(1, -1) : plain
}

/** Returns the lines of a doc comment without their asterisks. */
function docLines(comment = ''): readonly string[] {
  return comment.split('\n').map((line) => line.trim().replace(/^\* ?/, ''))
}

/** Returns the code after `@example`, which is the last part of a doc comment. */
function exampleOf(comment: string | undefined): string | undefined {
  const lines = docLines(comment)
  const start = lines.findIndex((line) => line.trim() === '@example')
  return start < 0
    ? undefined
    : lines
        .slice(start + 1)
        .join('\n')
        .trimEnd()
}

/** Returns a doc comment as Markdown on one line, without its example. */
function docText(comment: string | undefined): string {
  return (
    docLines(comment)
      .join('\n')
      .split(/^@example$/m)[0] ?? ''
  )
    .split('\n')
    .join(' ')
    .replace(/\{@link (\S+) ([^}]+)\}/g, '[$2]($1)')
    .trim()
}
