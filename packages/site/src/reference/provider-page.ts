import { join } from 'node:path'
import { basesOf, type DeclaredMember, exportsOf, membersOf } from './declared.ts'
import { coreFolder, notice } from './places.ts'
import { docSection, fenced, parts } from './sections.ts'
import { typeLinks } from './types-page.ts'

/** The groups of the page, and the methods of each. Every member must be in one of them. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'The server': [
    'issuer',
    'fetch',
    'matches',
    'handlers',
    'features',
    'metadata',
    'ready',
    'drain',
    'purgeExpired',
    'conformanceReport',
  ],
  'Your pages': ['branding', 'resolveLoginContext', 'tryResolveLoginContext', 'verifyPageQuery'],
  Clients: [
    'registerClient',
    'getClient',
    'listClients',
    'updateClient',
    'rotateClientSecret',
    'deleteClient',
    'createInitialAccessToken',
  ],
  'Tokens and grants': ['verifyAccessToken', 'clock', 'revokeGrant', 'listGrants', 'revokeUserGrants'],
  'Consents and connected apps': [
    'listConsents',
    'updateConsent',
    'deleteConsent',
    'listConnectedApps',
    'disconnectApp',
  ],
  Sessions: ['sessionEnded'],
  'Moving in': ['importClient', 'importConsent', 'importSigningKeys'],
  Keys: ['listSigningKeys', 'rotateSigningKeys', 'rotateEncryptionKeys'],
}

/** Returns the members of the provider, also those that it inherits. */
export function providerMembers(): readonly DeclaredMember[] {
  const known = exportsOf(join(coreFolder, 'index.ts'))
  const provider = known.get('Provider')
  if (provider === undefined) throw new Error('packages/core/src/index.ts exports no Provider')
  const inherited = basesOf(provider).flatMap((name) => {
    const base = known.get(name)
    return base === undefined ? [] : membersOf(base)
  })
  return [...membersOf(provider), ...inherited]
}

/** Makes the page of the server-side methods of the provider. */
export function providerPage(): string {
  const members = new Map(providerMembers().map((member) => [member.name, member]))
  const known = Object.values(groups).flat()
  const lost = [...members.keys()].filter((name) => !known.includes(name))
  const gone = known.filter((name) => !members.has(name))
  if (lost.length + gone.length > 0) throw new Error(`provider-page.ts: put ${lost} into a group, and take ${gone} out`)
  const create = exportsOf(join(coreFolder, 'index.ts')).get('createProvider')
  return `${parts(
    '# The provider',
    notice,
    'What `createProvider` returns: call it on the server side, in your own code. None of these functions checks who asks; that is done by the code that calls them. The methods that features add are in [Features](features.md).',
    '## `createProvider`',
    create && docSection(create.doc),
    'All options are in [Options](../options.md).',
    ...Object.entries(groups).map(([title, names]) =>
      parts(`## ${title}`, ...names.map((name) => memberSection(members.get(name) as DeclaredMember, 'provider'))),
    ),
  )}\n`
}

/** Writes one method or property. */
export function memberSection({ name, signature, doc }: DeclaredMember, owner: string): string {
  const links = typeLinks(signature)
  return parts(`### \`${name}\``, fenced(`${owner}.${signature}`), docSection(doc), links && `Types: ${links}`)
}
