import { createMetadataSchemas } from '../clients/metadata-schema.ts'
import type { ClientMetadataPart } from '../contracts/client-metadata-part.ts'
import type { Core } from '../contracts/core.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import type { Feature } from '../contracts/feature.ts'
import type { Parts } from '../contracts/feature-parts.ts'
import type { BucketDefaults } from '../contracts/rate-limit.ts'
import type { Registry } from '../contracts/registry.ts'
import { coreMembers, replaceableMembers } from '../metadata/documents.ts'
import { errorStatus } from '../protocol/errors.ts'
import { builtInFeatures } from './built-in.ts'
import { coreBuckets, startFeature } from './check-parts.ts'
import { clash, fold, type Owned, core as theCore } from './tables.ts'

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
  const builtIn = builtInFeatures(core.config)
  checkCompany(builtIn, given)
  const startedHere = given.map((feature): Started => ({ name: feature.name, parts: startFeature(feature, core) }))
  const started = [
    ...builtIn.map((feature): Started => ({ name: theCore, parts: feature.start(core) })),
    ...startedHere,
  ]
  const rows = <Row>(pick: (parts: Parts) => readonly Row[] | undefined): readonly Owned<Row>[] =>
    started.flatMap(({ name, parts }) => (pick(parts) ?? []).map((row) => ({ feature: name, row })))
  const entries = <Value>(pick: (parts: Parts) => Readonly<Record<string, Value>> | undefined) =>
    rows((parts) => Object.entries(pick(parts) ?? {}))

  const endpoints = rows(({ endpoints }) => endpoints)
  fold('the endpoint', endpoints, ({ name }) => name)
  fold(
    'the inserted path',
    endpoints.filter(({ row }) => row.insertedPath !== undefined),
    ({ insertedPath }) => insertedPath as string,
  )
  const documentMembers = rows(({ documentMembers }) => documentMembers)
  const ownMembers = [
    ...endpoints.flatMap(({ feature, row: { metadata } }) =>
      metadata === undefined ? [] : { feature, row: metadata },
    ),
    ...documentMembers.map(({ feature, row }) => ({ feature, row: row.name })),
  ]
  fold('the discovery member', ownMembers, (name) => name)
  const clientMetadata = foldClientMetadata(rows(({ clientMetadata }) => clientMetadata))
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
    responseModeRules: rows(({ responseModeRules }) => responseModeRules).map(({ row }) => row),
    introspectionFormats: rows(({ introspectionFormats }) => introspectionFormats).map(({ row }) => row),
    responseEncryptors: fold(
      'the encryption of the response',
      rows(({ responseEncryptors }) => responseEncryptors),
      ({ response }) => response,
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
    encryptionKeys: [...new Set(rows(({ encryptionKeys }) => encryptionKeys).map(({ row }) => row))],
    tokenMembers: fold(
      'the token member',
      rows(({ tokenMembers }) => tokenMembers),
      ({ name }) => name,
    ),
    clientMetadata,
    metadataSchemas: createMetadataSchemas(clientMetadata),
    sessionObservers: rows(({ sessionObservers }) => sessionObservers).map(({ row }) => row),
    waitingRecords: [
      ...fold(
        'the waiting records',
        rows(({ waitingRecords }) => waitingRecords),
        ({ kind }) => kind,
      ).values(),
    ],
    outsideApprovals: rows(({ outsideApprovals }) => outsideApprovals).map(({ row }) => row),
    profiles: [
      ...fold(
        'the security profile',
        rows(({ profiles }) => profiles),
        ({ name }) => name,
      ).values(),
    ],
    serverMetadata: foldMetadata(
      entries(({ serverMetadata }) => serverMetadata),
      ownMembers,
    ),
    documentMembers: new Map(documentMembers.map(({ row }) => [row.name, row])),
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
  checkBuckets(endpoints, registry.rateLimits)
  return {
    registry: Object.freeze(registry),
    apis: Object.freeze(
      Object.fromEntries(startedHere.map(({ name, parts }) => [name, parts.api ?? Object.freeze({})])),
    ),
  }
}

function checkFeature(feature: unknown, index: number): void {
  if (typeof feature === 'function') {
    const name = feature.name || 'feature'
    throw new TypeError(`features[${index}] is a function: call it, ${name}()`)
  }
  const { name, start } = (feature ?? {}) as Partial<Feature>
  if (typeof name === 'string' && name !== '' && typeof start === 'function') return
  throw new TypeError(`features[${index}] is no feature: it must be an object with name and start`)
}

/** The options that choose the built-in features. */
const options: Readonly<Record<string, string>> = {
  authorization_code: 'grantTypes',
  client_credentials: 'grantTypes',
  refresh_token: 'grantTypes',
  signing_keys: 'disableJwtPlugin',
  dynamic_registration: 'allowDynamicClientRegistration',
  end_session: 'authentication.endSession',
}

/**
 * Checks that no feature is there twice, that features which others need are there, and that none of them exclude each
 * other.
 */
function checkCompany(builtIn: readonly Feature[], given: readonly Feature[]): void {
  const own = new Set(builtIn.map(({ name }) => name))
  const names = new Set(own)
  for (const { name } of given) {
    if (own.has(name)) throw new TypeError(`the feature ${name} has the name of a part of the server: choose another`)
    if (names.has(name)) throw new TypeError(`the feature ${name} is there twice: leave one of them out`)
    names.add(name)
  }
  for (const { name, requires = [], excludes = [] } of given) {
    const missing = requires.find((other) => !names.has(other))
    if (missing !== undefined && Object.hasOwn(options, missing)) {
      throw new TypeError(`the feature ${name} needs ${missing}, which the option ${options[missing]} leaves out`)
    }
    if (missing !== undefined)
      throw new TypeError(`the feature ${name} needs the feature ${missing}: add it to features`)
    const unwanted = excludes.find((other) => names.has(other))
    if (unwanted !== undefined) {
      throw new TypeError(`the feature ${name} cannot be together with the feature ${unwanted}: leave one of them out`)
    }
  }
}

/** A part that several features need counts once; a member that two parts bring is a clash. */
function foldClientMetadata(parts: readonly Owned<ClientMetadataPart>[]): readonly ClientMetadataPart[] {
  const unique = parts.filter(({ row }, index) => parts.findIndex((other) => other.row === row) === index)
  fold(
    'the client metadata member',
    unique.flatMap(({ feature, row }) => Object.keys(row.members).map((member) => ({ feature, row: member }))),
    (member) => member,
  )
  return unique.map(({ row }) => row)
}

/** An endpoint whose bucket nobody brings would have no limit at all. */
function checkBuckets(endpoints: readonly Owned<Endpoint>[], buckets: ReadonlyMap<string, BucketDefaults>): void {
  for (const { feature, row } of endpoints) {
    const { name, rateLimit } = row
    if (feature === theCore || rateLimit === undefined || coreBuckets.has(rateLimit) || buckets.has(rateLimit)) continue
    throw new TypeError(
      `the feature ${feature} counts its endpoint ${name} in the rate limit bucket ${rateLimit}, which nobody brings: add it to rateLimits`,
    )
  }
}

function foldMetadata(
  members: readonly Owned<readonly [string, unknown]>[],
  others: readonly Owned<string>[],
): Readonly<Record<string, unknown>> {
  const owners = new Map(others.map(({ feature, row }) => [row, feature]))
  for (const { feature, row } of members) {
    const [name] = row
    const owner = owners.get(name) ?? (coreMembers.has(name) && !replaceableMembers.has(name) ? theCore : undefined)
    if (owner === theCore) {
      throw new TypeError(`the feature ${feature} must not set ${name} in serverMetadata: the server sets it`)
    }
    if (owner !== undefined) throw clash('the discovery member', name, owner, feature)
  }
  return Object.freeze(Object.fromEntries(fold('the discovery member', members, ([name]) => name).values()))
}

function foldErrors(codes: readonly Owned<readonly [string, number]>[]): ReadonlyMap<string, number> {
  for (const { feature, row } of codes) {
    const [code, status] = row
    if (Object.hasOwn(errorStatus, code)) throw clash('the error code', code, theCore, feature)
    if (Number.isInteger(status) && status >= 400 && status <= 599) continue
    throw new TypeError(`the feature ${feature} must give the error code ${code} a status from 400 to 599`)
  }
  return values(fold('the error code', codes, ([code]) => code))
}

function values<Value>(table: ReadonlyMap<string, readonly [string, Value]>): ReadonlyMap<string, Value> {
  return new Map(table.values())
}
