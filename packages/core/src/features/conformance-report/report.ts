import type { Rating, Rule, ServerFacts } from '../../conformance/rule.ts'
import type { ConformanceFinding, ConformanceReportOptions, ConformanceStandard } from '../../contracts/conformance.ts'
import type { Core } from '../../contracts/core.ts'
import type { Demands, Profile } from '../../contracts/profile.ts'
import { demandsOn, narrower } from '../../policy/demands.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type Standard, standards } from './standards.ts'

/** How many clients are read at a time. */
const pageSize = 100

/**
 * Rates the server, its deployment and its clients, in this order. Disabled clients are left out, since nobody can use
 * them.
 * @throws {Error} that names the client, when it cannot be rated: a function of the host failed, or its record is broken
 */
export async function* report(
  core: Core,
  name: ConformanceStandard,
  { clients = true }: ConformanceReportOptions = {},
): AsyncGenerator<ConformanceFinding, void> {
  const standard = standards[name]
  const facts = serverFacts(core, standard)
  for (const rule of standard.server) yield* findings('server', rule, rule.rate(facts))
  for (const rule of standard.deployment) yield* findings('deployment', rule, rule.rate(facts))
  if (core.registry.clientSources.length > 0) yield foreignClients(standard)
  if (!clients) return
  for await (const client of enabledClients(core)) {
    yield* await clientFindings(core, standard, client).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : 'unknown error'
      throw new Error(`conformanceReport: the client ${client.id} cannot be rated: ${reason}`, { cause })
    })
  }
}

function serverFacts({ config, registry }: Core, { demands }: Standard): ServerFacts {
  const { profiles } = registry
  const combined = (start: Demands, some: readonly Profile[]): Demands =>
    some.reduce((all, profile) => narrower(all, profile.demands), start)
  const inForce = combined(
    {},
    profiles.filter(({ forEveryClient }) => forEveryClient),
  )
  return { config, registry, target: combined(demands, Object.keys(demands).length > 0 ? profiles : []), inForce }
}

async function* enabledClients(core: Core): AsyncGenerator<ClientRecord, void> {
  let after: string | undefined
  while (true) {
    const page = await core.storage.clients.list({ limit: pageSize, ...(after !== undefined && { after }) })
    for (const client of page) if (!client.disabled) yield client
    after = page.at(-1)?.id
    if (page.length < pageSize || after === undefined) return
  }
}

async function clientFindings(
  core: Core,
  { client: rules, demands }: Standard,
  client: ClientRecord,
): Promise<readonly ConformanceFinding[]> {
  const { config, registry } = core
  const inForce = demandsOn(core, client)
  const target = Object.keys(demands).length > 0 ? narrower(demands, inForce) : demands
  const { metadata } = client
  const facts = { config, registry, target, inForce, metadata, bindsTokens: await bindsTokens(core, client) }
  return rules.flatMap((rule) => [...findings('client', rule, rule.rate(facts), client.id)])
}

/** Asks the sender constraints whether they refuse a token of the client that is not bound. */
async function bindsTokens(core: Core, client: ClientRecord): Promise<boolean> {
  for (const { checkIssuance } of core.registry.senderConstraints.values()) {
    try {
      await checkIssuance?.(core, { client, resources: [] })
    } catch (thrown) {
      if (thrown instanceof OAuthError) return true
      throw thrown
    }
  }
  return false
}

function* findings<Facts>(
  subject: ConformanceFinding['subject'],
  { id, requirement, section }: Rule<Facts>,
  rating: Rating | undefined,
  clientId?: string,
): Generator<ConformanceFinding, void> {
  if (rating === undefined) return
  yield { rule: id, requirement, section, subject, ...(clientId !== undefined && { clientId }), ...rating }
}

/** Clients that a feature finds outside the storage cannot be listed. */
function foreignClients({ client: [first] }: Standard): ConformanceFinding {
  return {
    rule: 'clients-outside-the-storage',
    requirement: 'Clients that are not in the storage, for instance client documents, meet the rules as well.',
    section: first?.section ?? '',
    subject: 'deployment',
    status: 'cannot tell',
    change: 'the server cannot list these clients: a profile for every client holds for them, too',
  }
}
