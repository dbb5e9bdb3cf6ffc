import { coreClientMembers } from '../clients/metadata-schema.ts'
import type { Core } from '../contracts/core.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import type { Feature } from '../contracts/feature.ts'
import type { Parts } from '../contracts/feature-parts.ts'
import type { BuiltInRateLimitBucket } from '../contracts/rate-limit.ts'
import { coreMembers } from '../metadata/documents.ts'
import { coreParameters } from '../protocol/parameter-names.ts'
import { coreTokenMembers } from '../protocol/token-members.ts'

type Brought = Parts & { readonly api?: object }

const lists: Readonly<Record<ListName, true>> = {
  endpoints: true,
  grantTypes: true,
  clientAuthMethods: true,
  responseModes: true,
  responseModeRules: true,
  introspectionFormats: true,
  responseEncryptors: true,
  parameterSources: true,
  authorizationParameters: true,
  completions: true,
  senderConstraints: true,
  clientSources: true,
  encryptionKeys: true,
  tokenMembers: true,
  clientMetadata: true,
  sessionObservers: true,
  waitingRecords: true,
  outsideApprovals: true,
  documentMembers: true,
  profiles: true,
  repeatable: true,
}
type ListName = {
  [Name in keyof Parts]-?: NonNullable<Parts[Name]> extends readonly unknown[] ? Name : never
}[keyof Parts]

const objects: Readonly<Record<Exclude<keyof Brought, ListName>, true>> = {
  serverMetadata: true,
  errors: true,
  rateLimits: true,
  api: true,
}

/** The buckets that every server has, in the option `rateLimit` itself. */
export const coreBuckets: ReadonlySet<string> = new Set<BuiltInRateLimitBucket>([
  ...(['token', 'authorize', 'introspect', 'revoke', 'register', 'userinfo', 'authentication'] as const),
])

/** The kinds of records of the core. No withdrawal deletes them. */
const coreKinds: ReadonlySet<string> = new Set(['interaction', 'replay', 'session-client', 'withdrawal'])

type Wrong = (what: string) => TypeError

/**
 * Starts a feature of the host, and checks what it brings by itself: that each table is one, and that no row says what
 * only the core may say. Types find most of these mistakes; a feature may be written without them.
 * @throws {TypeError} that names the feature and the row
 */
export function startFeature(feature: Feature, core: Core): Brought {
  const wrong: Wrong = (what) => new TypeError(`the feature ${feature.name} ${what}`)
  const parts = feature.start(core) as Brought | undefined
  if (typeof parts !== 'object' || parts === null || typeof (parts as { then?: unknown }).then === 'function') {
    throw wrong('must answer start() with an object of parts, at once: {} when it brings nothing')
  }
  for (const [table, rows] of Object.entries(parts)) if (rows !== undefined) checkTable(table, rows, wrong)
  for (const endpoint of parts.endpoints ?? []) checkEndpoint(endpoint, wrong)
  refuseCoreNames(parts, wrong)
  checkValues(parts, wrong)
  return parts
}

function checkTable(table: string, rows: unknown, wrong: Wrong): void {
  if (Object.hasOwn(lists, table)) {
    if (!Array.isArray(rows)) throw wrong(`brings ${table} that is no list`)
  } else if (Object.hasOwn(objects, table)) {
    if (typeof rows !== 'object' || rows === null) throw wrong(`brings ${table} that is no object`)
  } else {
    const known = [...Object.keys(lists), ...Object.keys(objects)].join(', ')
    throw wrong(`brings ${table}, which is no table; there are ${known}`)
  }
}

function refuseCoreNames(parts: Parts, wrong: Wrong): void {
  const refuse = (what: string, names: readonly string[], taken: (name: string) => boolean): void => {
    const own = names.find(taken)
    if (own !== undefined) throw wrong(`brings ${what} ${own}, which is the server's own`)
  }
  const namesOf = (rows: readonly { readonly name: string }[] = []) => rows.map(({ name }) => name)
  const members = (parts.clientMetadata ?? []).flatMap((part) => Object.keys(part.members))
  const repeatable = (parts.repeatable ?? []).filter((name) => name !== 'resource')
  refuse('the authorization parameter', namesOf(parts.authorizationParameters), (name) => coreParameters.has(name))
  refuse('the repeatable parameter', repeatable, (name) => coreParameters.has(name))
  refuse('the token member', namesOf(parts.tokenMembers), (name) => coreTokenMembers.has(name))
  refuse('the discovery member', namesOf(parts.documentMembers), (name) => coreMembers.has(name))
  refuse('the rate limit bucket', Object.keys(parts.rateLimits ?? {}), (name) => coreBuckets.has(name))
  refuse('the client metadata member', members, (name) => coreClientMembers.has(name))
}

function checkValues(parts: Parts, wrong: Wrong): void {
  for (const [bucket, { address, client = 1 }] of Object.entries(parts.rateLimits ?? {})) {
    if ([address, client].every((max) => Number.isSafeInteger(max) && max > 0)) continue
    throw wrong(`must give the rate limit bucket ${bucket} whole numbers above 0`)
  }
  for (const { kind, lifetime } of parts.waitingRecords ?? []) {
    if (coreKinds.has(kind)) throw wrong(`brings the waiting records ${kind}, which are the server's own`)
    if (Number.isSafeInteger(lifetime) && lifetime > 0) continue
    throw wrong(`must give the waiting records ${kind} a lifetime in whole seconds above 0`)
  }
  for (const { lifetime } of parts.outsideApprovals ?? []) {
    if (Number.isSafeInteger(lifetime) && lifetime > 0) continue
    throw wrong('must give its outside approvals a lifetime in whole seconds above 0')
  }
  for (const { confirmation, tokenType } of parts.senderConstraints ?? []) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(tokenType)) continue
    throw wrong(`must give the confirmation method ${confirmation} a tokenType that can be a scheme in Authorization`)
  }
}

function checkEndpoint(endpoint: Endpoint, wrong: Wrong): void {
  const { name, path, methods, cors, metadata } = endpoint
  const kinds = ['handle', 'handleClient'].filter((kind) => kind in endpoint)
  if (kinds.length !== 1) throw wrong(`must give the endpoint ${name} either handle or handleClient`)
  if (!/^\/[^?#\s]+$/.test(path)) throw wrong(`must give the endpoint ${name} a path like /${name}`)
  if (methods.length === 0) throw wrong(`must give the endpoint ${name} a method`)
  const authenticates = kinds[0] === 'handleClient'
  if (authenticates && methods.join() !== 'POST') {
    throw wrong(`must serve the endpoint ${name} by POST alone: its clients authenticate`)
  }
  if (cors === 'client' && !authenticates) {
    throw wrong(`must not give the endpoint ${name} cors: 'client': no client authenticates there`)
  }
  if (metadata !== undefined && coreMembers.has(metadata)) {
    throw wrong(`says ${metadata} in discovery, which is the server's own to say`)
  }
}
