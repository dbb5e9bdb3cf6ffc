import { createMetadataSchemas } from '../clients/metadata-schema.ts'
import type { Core } from '../contracts/core.ts'
import type { Feature } from '../contracts/feature.ts'
import type { Parts } from '../contracts/parts.ts'
import type { Registry } from '../contracts/registry.ts'
import { coreMembers, replaceableMembers } from '../metadata/documents.ts'
import { errorStatus } from '../protocol/errors.ts'
import { builtInFeatures } from './built-in.ts'
import { clash, fold, type Owned } from './tables.ts'

/** The tables that a provider serves requests from, and the APIs of its features by name. */
export interface Assembled {
  readonly registry: Registry
  readonly apis: Readonly<Record<string, object>>
}

interface Started {
  readonly name: string
  readonly parts: Parts & { readonly api?: object }
}

/**
 * Starts the built-in features and those of the host, and collects what they bring into tables.
 * @throws {TypeError} when an entry of `features` is not a feature, a feature that another one needs is missing, or two
 * features bring the same thing
 */
export function assemble(core: Core, given: readonly Feature[]): Assembled {
  given.forEach(checkFeature)
  const features = [...builtInFeatures(core.config), ...given]
  checkCompany(features)
  const started = features.map((feature): Started => ({ name: feature.name, parts: feature.start(core) }))
  const rows = <Row>(pick: (parts: Parts) => readonly Row[] | undefined): readonly Owned<Row>[] =>
    started.flatMap(({ name, parts }) => (pick(parts) ?? []).map((row) => ({ feature: name, row })))
  const entries = <Value>(pick: (parts: Parts) => Readonly<Record<string, Value>> | undefined) =>
    rows((parts) => Object.entries(pick(parts) ?? {}))

  const endpoints = rows(({ endpoints }) => endpoints)
  fold('the endpoint', endpoints, ({ name }) => name)
  fold(
    'the discovery member',
    endpoints.filter(({ row }) => row.metadata !== undefined),
    ({ metadata }) => metadata as string,
  )
  const clientMetadata = [...new Set(rows(({ clientMetadata }) => clientMetadata).map(({ row }) => row))]
  const registry: Registry = {
    endpoints: [...fold('the endpoint path', endpoints, ({ path }) => path).values()],
    grantTypes: fold(
      'the grant type',
      rows(({ grantTypes }) => grantTypes),
      ({ name }) => name,
    ),
    clientAuthMethods: fold(
      'the client authentication method',
      rows(({ clientAuthMethods }) => clientAuthMethods),
      ({ name }) => name,
    ),
    responseModes: fold(
      'the response mode',
      rows(({ responseModes }) => responseModes),
      ({ name }) => name,
    ),
    parameterSources: rows(({ parameterSources }) => parameterSources).map(({ row }) => row),
    authorizationParameters: fold(
      'the authorization parameter',
      rows(({ authorizationParameters }) => authorizationParameters),
      ({ name }) => name,
    ),
    completions: fold(
      'the completion',
      rows(({ completions }) => completions),
      ({ name }) => name,
    ),
    senderConstraints: fold(
      'the confirmation method',
      rows(({ senderConstraints }) => senderConstraints),
      ({ confirmation }) => confirmation,
    ),
    clientSources: rows(({ clientSources }) => clientSources).map(({ row }) => row),
    tokenMembers: fold(
      'the token member',
      rows(({ tokenMembers }) => tokenMembers),
      ({ name }) => name,
    ),
    clientMetadata,
    metadataSchemas: createMetadataSchemas(clientMetadata),
    sessionObservers: rows(({ sessionObservers }) => sessionObservers).map(({ row }) => row),
    serverMetadata: foldMetadata(
      entries(({ serverMetadata }) => serverMetadata),
      endpoints,
    ),
    errors: foldErrors(entries(({ errors }) => errors)),
    rateLimits: values(
      fold(
        'the rate limit bucket',
        entries(({ rateLimits }) => rateLimits),
        ([name]) => name,
      ),
    ),
    repeatable: new Set(['resource', ...rows(({ repeatable }) => repeatable).map(({ row }) => row)]),
  }
  return {
    registry: Object.freeze(registry),
    apis: Object.freeze(Object.fromEntries(started.map(({ name, parts }) => [name, parts.api ?? Object.freeze({})]))),
  }
}

function checkFeature(feature: unknown, index: number): void {
  if (typeof feature === 'function') {
    const name = feature.name || 'feature'
    throw new TypeError(`features[${index}] is a function: call it, for instance ${name}()`)
  }
  const { name, start } = (feature ?? {}) as Partial<Feature>
  if (typeof name === 'string' && name !== '' && typeof start === 'function') return
  throw new TypeError(`features[${index}] is no feature: it must be an object with name and start`)
}

/**
 * Checks that no feature is there twice, that features which others need are there, and that none of them exclude each
 * other.
 */
function checkCompany(features: readonly Feature[]): void {
  const names = new Set<string>()
  for (const { name } of features) {
    if (names.has(name)) throw new TypeError(`the feature ${name} is there twice: leave one of them out`)
    names.add(name)
  }
  for (const { name, requires = [], excludes = [] } of features) {
    const missing = requires.find((other) => !names.has(other))
    if (missing !== undefined)
      throw new TypeError(`the feature ${name} needs the feature ${missing}: add it to features`)
    const unwanted = excludes.find((other) => names.has(other))
    if (unwanted !== undefined) {
      throw new TypeError(`the feature ${name} cannot be together with the feature ${unwanted}: leave one of them out`)
    }
  }
}

function foldMetadata(
  members: readonly Owned<readonly [string, unknown]>[],
  endpoints: readonly Owned<{ readonly metadata?: string }>[],
): Readonly<Record<string, unknown>> {
  const urls = new Map(endpoints.map(({ feature, row }) => [row.metadata, feature]))
  for (const { feature, row } of members) {
    const [name] = row
    const owner = urls.get(name) ?? (coreMembers.has(name) && !replaceableMembers.has(name) ? 'core' : undefined)
    if (owner === 'core') {
      throw new TypeError(`the feature ${feature} must not set ${name} in serverMetadata: the server sets it`)
    }
    if (owner !== undefined) throw clash('the discovery member', name, owner, feature)
  }
  return Object.freeze(Object.fromEntries(fold('the discovery member', members, ([name]) => name).values()))
}

function foldErrors(codes: readonly Owned<readonly [string, number]>[]): ReadonlyMap<string, number> {
  for (const { feature, row } of codes) {
    const [code, status] = row
    if (Object.hasOwn(errorStatus, code)) throw clash('the error code', code, 'core', feature)
    if (Number.isInteger(status) && status >= 400 && status <= 599) continue
    throw new TypeError(`the feature ${feature} must give the error code ${code} a status from 400 to 599`)
  }
  return values(fold('the error code', codes, ([code]) => code))
}

function values<Value>(table: ReadonlyMap<string, readonly [string, Value]>): ReadonlyMap<string, Value> {
  return new Map(table.values())
}
