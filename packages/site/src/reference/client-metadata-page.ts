import { join } from 'node:path'
import { type DeclaredMember, exportsOf, membersOf } from './declared.ts'
import { coreFolder, notice } from './places.ts'
import { fenced, parts } from './sections.ts'

/** Returns the members of client metadata of one interface. */
function membersIn(name: string): readonly DeclaredMember[] {
  const found = exportsOf(join(coreFolder, 'index.ts')).get(name)
  if (found === undefined) throw new Error(`packages/core/src/index.ts exports no ${name}`)
  const members = membersOf(found)
  const silent = members.filter(({ doc }) => doc.text === '').map((member) => member.name)
  if (silent.length > 0) throw new Error(`${name}: say in a comment what ${silent.join(', ')} is for`)
  return members
}

/** Makes the page of client metadata: what anybody registers, what only the server side sets, and what features add. */
export function clientMetadataPage(): string {
  const members = membersIn('ClientMetadata')
  const byFeatures = membersIn('FeatureClientMetadata')
  const all = [...members, ...byFeatures]
  const isOurs = ({ doc }: DeclaredMember): boolean => doc.text.startsWith('Server side only')
  return `${parts(
    '# Client metadata',
    notice,
    'What a client is registered with, in the names of [RFC 7591](https://www.rfc-editor.org/rfc/rfc7591#section-2) and OpenID Connect Registration. `provider.registerClient` and `updateClient` take all of it, as do `oauth client create --metadata` and the administrator endpoints. Clients that register themselves may set what is not "server side only".',
    'An unknown member is refused by `registerClient`, and ignored at the registration endpoint, as the standard demands. What a client may have without a user, and who may change it: [Clients](../concepts.md#clients).',
    '## Members',
    ...members.filter((member) => !isOurs(member)).map(section),
    '## Server side only',
    'Your code, an administrator or the command line sets them. A client cannot give them to itself.',
    ...all.filter(isOurs).map(section),
    '## Of features',
    'Without its feature, a member is unknown.',
    ...byFeatures.filter((member) => !isOurs(member)).map(section),
  )}\n`
}

function section({ name, optional, type, doc }: DeclaredMember): string {
  return parts(
    `### \`${name}\``,
    `\`${type}\`${optional ? '' : ' · every stored client has it'}`,
    doc.text,
    fenced(doc.example),
  )
}
