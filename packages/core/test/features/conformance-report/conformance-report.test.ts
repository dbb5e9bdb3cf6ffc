import type { ConformanceFinding, ConformanceReportOptions, ConformanceStandard } from '@oauth/core'
import { conformanceReport } from '@oauth/core/features/conformance-report'
import { fapi2MessageSigning, fapi2SecurityProfile } from '@oauth/core/features/fapi2'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { mcp } from '@oauth/core/mcp'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { redirectUri, registerConfidential, registerPublic } from '../../support/client.ts'
import { editClient } from '../../support/expectations.ts'
import { fapiClient, fapiFeatures, fapiOptions, plainWorld } from '../../support/fapi2.ts'
import { messageFeatures, messagesClient } from '../../support/signed-messages.ts'
import { wrapStorage } from '../../support/storage.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { secret, type World } from '../../support/world.ts'

const standards: readonly ConformanceStandard[] = ['oauth2.1', 'fapi2', 'mcp']
const features = [conformanceReport()]

async function report(world: World, standard: ConformanceStandard, options?: ConformanceReportOptions) {
  const findings: ConformanceFinding[] = []
  for await (const finding of world.provider.conformanceReport(standard, options)) findings.push(finding)
  return findings
}

const ruleIn = (findings: readonly ConformanceFinding[], rule: string, clientId?: string) =>
  findings.find((finding) => finding.rule === rule && finding.clientId === clientId)
const failed = (findings: readonly ConformanceFinding[]) =>
  findings.filter(({ status }) => status === 'not met').map(({ rule }) => rule)

describe('the form of a conformance report', () => {
  test.each(standards)(
    'each finding of %s names a rule, a sentence, a section and, unless it is met, what to change',
    async (standard) => {
      const world = createQuickWorld({ features })
      await registerConfidential(world)
      await registerPublic(world)
      const findings = await report(world, standard)
      expect(findings.length).toBeGreaterThan(8)
      for (const finding of findings) {
        expect(finding.rule).toMatch(/^[\w.-]+$/)
        expect(finding.requirement).toMatch(/^[A-Z].*\.$/)
        expect(finding.section).toMatch(/^https:\/\/.+#.+/)
        expect(finding.status === 'met').toBe(finding.change === undefined)
        expect(finding.subject === 'client').toBe(finding.clientId !== undefined)
      }
      const ids = findings.map(({ rule, clientId = '' }) => `${rule} ${clientId}`)
      expect(new Set(ids).size).toBe(ids.length)
      expect(findings.some(({ subject, status }) => subject === 'deployment' && status === 'cannot tell')).toBe(true)
    },
  )

  test.each(standards)('the report of %s contains no secret of the server and of its clients', async (standard) => {
    const world = createQuickWorld({ features })
    const client = await registerConfidential(world, { client_secret: 'a-secret-of-a-client-with-enough-characters' })
    const text = JSON.stringify(await report(world, standard))
    const stored = await world.storage.clients.find(client.client_id)
    for (const hidden of [secret, client.client_secret ?? '?', stored?.secrets[0]?.hash ?? '?'])
      expect(text).not.toContain(hidden)
  })

  test('without the feature the error says what to add, and an unknown standard is named', () => {
    const { provider } = createQuickWorld()
    expect(() => provider.conformanceReport('fapi2')).toThrow('add it to features')
    const unknown = 'fapi1' as 'fapi2'
    expect(() => createQuickWorld({ features }).provider.conformanceReport(unknown)).toThrow('oauth2.1, fapi2, mcp')
  })

  test('clients: false leaves the clients out, and disabled clients are never rated', async () => {
    const world = createQuickWorld({ features })
    const client = await registerConfidential(world)
    const subjects = async (options?: ConformanceReportOptions) =>
      new Set((await report(world, 'oauth2.1', options)).map(({ clientId }) => clientId))
    expect(await subjects()).toContain(client.client_id)
    expect(await subjects({ clients: false })).toEqual(new Set([undefined]))
    await editClient(world, client.client_id, () => ({ disabled: true }))
    expect(await subjects()).toEqual(new Set([undefined]))
  })

  test('clients are read a hundred at a time, and only as the report is read', async () => {
    const pages: number[] = []
    const storage = wrapStorage(memoryStorage(), async (verb, _args, run) => {
      const result = await run()
      if (verb === 'clients.list') pages.push((result as unknown as readonly unknown[]).length)
      return result
    })
    const world = createQuickWorld({ features, storage })
    for (let count = 0; count < 205; count++) await registerPublic(world)
    const seen = new Set<string>()
    for await (const { clientId } of world.provider.conformanceReport('mcp')) {
      if (clientId === undefined) continue
      seen.add(clientId)
      if (seen.size === 1) expect(pages).toEqual([100])
    }
    expect([seen.size, pages]).toEqual([205, [100, 100, 5]])
  })
})

describe('FAPI 2.0', () => {
  test('a server with nothing of FAPI is told what to add, rule by rule', async () => {
    const findings = await report(createQuickWorld({ features }), 'fapi2')
    expect(ruleIn(findings, 'fapi2-pushed-requests')).toMatchObject({
      status: 'not met',
      change: expect.stringContaining('pushedAuthorizationRequests()'),
    })
    expect(failed(findings)).toEqual(
      expect.arrayContaining(['fapi2-client-authentication', 'fapi2-sender-constraint', 'fapi2-refresh-retry']),
    )
    expect(ruleIn(findings, 'fapi2-tls')?.change).toContain('TLSv1.2')
  })

  test('a server with the profile, and each client that it registers, meets every rule', async () => {
    const world = createQuickWorld({
      ...fapiOptions,
      features: [...fapiFeatures(), fapi2SecurityProfile(), ...features],
    })
    const { client_id } = (await fapiClient(world)).registered
    const findings = await report(world, 'fapi2')
    expect(failed(findings)).toEqual([])
    expect(ruleIn(findings, 'fapi2-assertion-audience', client_id)).toMatchObject({
      status: 'met',
      found: 'by the profile',
    })
  })

  test('a server with the features and without the profile meets the rules of the server, and not those of each client', async () => {
    const world = plainWorld({ features })
    const { client_id } = (await fapiClient(world)).registered
    const findings = await report(world, 'fapi2')
    expect(failed(findings.filter(({ subject }) => subject === 'server'))).toEqual(['fapi2-every-client'])
    const own = findings.filter(({ clientId }) => clientId === client_id)
    expect(failed(own)).toEqual(['fapi2-assertion-algorithm', 'fapi2-pushes-requests', 'fapi2-bound-tokens'])
    expect(ruleIn(findings, 'fapi2-assertion-audience', client_id)?.status).toBe('cannot tell')
  })

  test('with the Security Profile for every client, Message Signing for some does not make it a profile for some', async () => {
    const profiles = [fapi2SecurityProfile(), fapi2MessageSigning({ clients: 'chosen' })]
    const world = createQuickWorld({ ...fapiOptions, features: [...messageFeatures(), ...profiles, ...features] })
    expect(failed(await report(world, 'fapi2'))).toEqual([])
  })

  test('a client for which the function of the host fails is named in the error', async () => {
    let failing = false
    const clients = () => {
      if (failing) throw new Error('the table of partners is away')
      return true
    }
    const world = createQuickWorld({
      ...fapiOptions,
      features: [...fapiFeatures(), fapi2SecurityProfile({ clients }), ...features],
    })
    const { client_id } = (await fapiClient(world)).registered
    failing = true
    await expect(report(world, 'fapi2')).rejects.toThrow(
      `the client ${client_id} cannot be rated: the table of partners is away`,
    )
  })

  test('what a client registered counts as much as a profile', async () => {
    const world = plainWorld({ features })
    const input = {
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
      token_endpoint_auth_signing_alg: 'ES256',
    }
    const { client_id } = (await fapiClient(world, input)).registered
    expect(failed((await report(world, 'fapi2')).filter(({ clientId }) => clientId === client_id))).toEqual([])
  })

  test('what the server demands of all clients counts for each of them', async () => {
    const world = createQuickWorld({
      ...fapiOptions,
      features: [
        ...fapiFeatures().filter(({ name }) => name !== 'pushedAuthorizationRequests'),
        pushedAuthorizationRequests({ required: true }),
        ...features,
      ],
    })
    const { client_id } = (await fapiClient(world)).registered
    expect(ruleIn(await report(world, 'fapi2'), 'fapi2-pushes-requests', client_id)?.status).toBe('met')
  })

  test('a client that was registered before the profile is named with what to change', async () => {
    const before = createQuickWorld()
    const { client_id } = await registerConfidential(before)
    const world = createQuickWorld({
      ...fapiOptions,
      storage: before.storage,
      features: [...fapiFeatures(), fapi2SecurityProfile(), ...features],
    })
    expect(ruleIn(await report(world, 'fapi2'), 'fapi2-confidential-client', client_id)).toMatchObject({
      status: 'not met',
      found: 'client_secret_basic',
      change: expect.stringContaining('private_key_jwt'),
    })
  })

  test('the rules of message signing are rated where a profile demands them', async () => {
    const { fapi2MessageSigning } = await import('@oauth/core/features/fapi2')
    const world = createQuickWorld({
      ...fapiOptions,
      features: [...messageFeatures(), fapi2MessageSigning(), ...features],
    })
    const { client_id } = (await messagesClient(world)).registered
    const findings = await report(world, 'fapi2')
    expect(failed(findings)).toEqual([])
    expect(ruleIn(findings, 'fapi2-signed-introspection')?.status).toBe('met')
    expect(ruleIn(findings, 'fapi2-signs-requests', client_id)?.status).toBe('met')
  })
})

describe('OAuth 2.1', () => {
  test('a server with the defaults meets every rule, and each client that it registers', async () => {
    const world = createQuickWorld({ features })
    await registerConfidential(world)
    await registerPublic(world)
    expect(failed(await report(world, 'oauth2.1'))).toEqual([])
  })

  test('dangerous options and a client without PKCE are named', async () => {
    const world = createQuickWorld({
      features,
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
      dangerouslyAllowRegistrationWithoutPkce: true,
      dangerouslyAllowUnauthenticatedConfidentialClients: true,
    })
    const { client_id } = await registerConfidential(world, { require_pkce: false })
    const findings = await report(world, 'oauth2.1')
    expect(failed(findings)).toEqual([
      'oauth2.1-pkce-for-registrants',
      'oauth2.1-secrets-for-known-registrants',
      'oauth2.1-pkce',
    ])
    expect(ruleIn(findings, 'oauth2.1-pkce', client_id)?.change).toBe('set require_pkce to true')
  })

  test('a client whose method this process does not have is named', async () => {
    const before = plainWorld()
    const { client_id } = (await fapiClient(before)).registered
    const world = createQuickWorld({ storage: before.storage, features })
    expect(ruleIn(await report(world, 'oauth2.1'), 'oauth2.1-known-method', client_id)?.status).toBe('not met')
  })
})

describe('MCP', () => {
  test('a server with the preset meets every rule, and is told that documents are not listed', async () => {
    const preset = mcp({ resources: { 'https://notes.example.com/mcp': { scopes: ['notes:read'] } } })
    const world = createQuickWorld({ ...preset, features: [...preset.features, ...features] })
    const findings = await report(world, 'mcp')
    expect(failed(findings)).toEqual([])
    expect(ruleIn(findings, 'clients-outside-the-storage')?.status).toBe('cannot tell')
  })

  test('a server without the preset is told what MCP clients need', async () => {
    const world = createQuickWorld({ features, accessTokenTtlSeconds: 7200, bindResources: false })
    expect(failed(await report(world, 'mcp'))).toEqual([
      'mcp-resource-binding',
      'mcp-client-documents',
      'mcp-short-tokens',
    ])
  })
})

test('a redirect URI with http that was stored by hand is named by every standard', async () => {
  const world = createQuickWorld({ features })
  const { client_id } = await registerConfidential(world)
  const redirect_uris = ['http://app.example.com/callback', redirectUri]
  await editClient(world, client_id, ({ metadata }) => ({ metadata: { ...metadata, redirect_uris } }))
  for (const standard of standards) {
    const rule = ruleIn(await report(world, standard), `${standard}-redirect-uris`, client_id)
    expect([rule?.status, rule?.change]).toEqual(['not met', expect.stringContaining(redirect_uris[0] ?? '')])
  }
})
