import { join } from 'node:path'
import { type DeclaredMember, exportsOf, membersOf } from './declared.ts'
import { readDoc } from './doc-comment.ts'
import { coreFolder, notice } from './places.ts'
import { fenced, parts } from './sections.ts'
import { commentBefore, type Node, nameOf, type SourceFile } from './syntax.ts'

/** One shape of an event: the names that share it, and its members beside `type`. */
export interface EventShape {
  readonly types: readonly string[]
  readonly text: string
  readonly members: readonly DeclaredMember[]
}

/** Reads the events of the core from the union that declares them, and from the unions that are parts of it. */
export function readEvents(name = 'CoreEvent'): readonly EventShape[] {
  const union = exportsOf(join(coreFolder, 'index.ts')).get(name)
  if (union === undefined) throw new Error(`packages/core/src/index.ts exports no ${name}`)
  const { types } = union.node.typeAnnotation as unknown as { readonly types: readonly Node[] }
  return types.flatMap((node) =>
    node.type === 'TSTypeReference' ? readEvents(nameOf(node.typeName)) : [shapeOf(union.file, node)],
  )
}

function shapeOf(file: SourceFile, node: Node): EventShape {
  const members = membersOf({ file, node })
  const type = members.find(({ name }) => name === 'type')
  const types = [...(type?.type ?? '').matchAll(/'([^']+)'/g)].map(([, name = '']) => name)
  const { text } = readDoc(commentBefore(file, node))
  if (text === '')
    throw new Error(
      `${types.join(', ')}: say in a comment in packages/core/src/contracts/events.ts when the event happens`,
    )
  return { types, text, members: members.filter(({ name }) => name !== 'type') }
}

/** Makes the page of events, grouped by the first part of their names. */
export function eventsPage(): string {
  const union = exportsOf(join(coreFolder, 'index.ts')).get('OAuthEvent')
  const groups = new Map<string, EventShape[]>()
  for (const shape of readEvents()) {
    const group = shape.types[0]?.split('.')[0] ?? ''
    groups.set(group, [...(groups.get(group) ?? []), shape])
  }
  const sorted = [...groups].sort(([one], [other]) => (one < other ? -1 : 1))
  return `${parts(
    '# Events',
    notice,
    union?.doc.text,
    'Give a function to the option [`onEvent`](../options.md#onevent). What to alarm on, and what to do: [Events](../deployment.md#events).',
    fenced(union?.doc.example ?? ''),
    ...sorted.map(([group, shapes]) => parts(`## \`${group}\``, ...shapes.map(section))),
  )}\n`
}

function section({ types, text, members }: EventShape): string {
  const fields = members.map(
    ({ name, optional, type, doc }) =>
      `- \`${name}${optional ? '?' : ''}: ${type}\`${doc.text === '' ? '' : `: ${doc.text}`}`,
  )
  return parts(`### ${types.map((type) => `\`${type}\``).join(', ')}`, text, fields.join('\n'))
}
