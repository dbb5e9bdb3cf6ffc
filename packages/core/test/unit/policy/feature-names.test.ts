import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ClientInput, Feature } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { ciba } from '@oauth/core/features/backchannel-authentication'
import { dpop } from '@oauth/core/features/dpop'
import { encryptedResponses } from '@oauth/core/features/encrypted-responses'
import { fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { experimentalFirstPartyAppsDraft03 } from '@oauth/core/features/first-party-apps-draft-03'
import { frontChannelLogout } from '@oauth/core/features/front-channel-logout'
import { jarm } from '@oauth/core/features/jarm'
import { jwtIntrospection } from '@oauth/core/features/jwt-introspection'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { mutualTls } from '@oauth/core/features/mutual-tls'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { commonFields, richAuthorizationRequests } from '@oauth/core/features/rich-authorization-requests'
import { expect, test } from 'vitest'
import type { Core } from '../../../src/contracts/core.ts'
import { featureOfMember } from '../../../src/policy/feature-names.ts'
import { redirectUri } from '../../support/client.ts'
import { createQuickWorld } from '../../support/tokens.ts'

/** Every feature that brings client metadata, with the options that bring all of it. */
const features: readonly Feature[] = [
  privateKeyJwt(),
  jwtSecuredRequests({ encryptionAlgorithms: ['RSA-OAEP-256'] }),
  mutualTls({ clientCertificate: () => undefined }),
  encryptedResponses(),
  jarm(),
  jwtIntrospection(),
  dpop(),
  pushedAuthorizationRequests(),
  richAuthorizationRequests({ types: { data: { schema: commonFields({ actions: ['read'] }) } } }),
  fapi2SecurityProfile({ clients: 'chosen' }),
  backChannelLogout(),
  frontChannelLogout(),
  ciba({ resolveUser: () => undefined, notifyUser: () => {}, verifyUserCode: () => true }),
  experimentalFirstPartyAppsDraft03({ challenge: () => ({ type: 'redirect_to_web' }) }),
]

/** Starts a server with these features, and returns the client metadata that each of them brings. */
function membersOf(installed: readonly Feature[]): ReadonlyMap<string, readonly string[]> {
  const members = new Map<string, readonly string[]>()
  const watched = installed.map((feature): Feature => {
    const start = (core: Core): ReturnType<Feature['start']> => {
      const parts = feature.start(core)
      const names = (parts.clientMetadata ?? []).flatMap((part) => Object.keys(part.members))
      members.set(feature.name, names)
      return parts
    }
    return { ...feature, start }
  })
  createQuickWorld({ features: watched, refreshTokenReuseWindowSeconds: 60 })
  return members
}

test('the error about client metadata without its feature names each feature of this package that brings it', () => {
  const brought = membersOf(features)
  expect(brought.get('jarm')).toContain('authorization_signed_response_alg')
  for (const [feature, members] of brought) {
    for (const member of members) expect(featureOfMember(member), member).toContain(feature)
  }
})

test('no folder of features brings client metadata that these tests do not know', () => {
  const folder = join(import.meta.dirname, '../../../src/features')
  const bringing = readdirSync(folder).filter((name) =>
    readdirSync(join(folder, name)).some((file) =>
      readFileSync(join(folder, name, file), 'utf8').includes('clientMetadata:'),
    ),
  )
  expect(bringing).toHaveLength(features.length)
})

test('a client with jwks at a server without keys of clients is told which features use them', async () => {
  const { provider } = createQuickWorld()
  const input: ClientInput = { redirect_uris: [redirectUri], jwks: { keys: [] } }
  await expect(provider.registerClient(input)).rejects.toThrow(
    'jwks: is not known without a feature that uses keys of clients: privateKeyJwt(), jwtSecuredRequests(), mutualTls()',
  )
})
