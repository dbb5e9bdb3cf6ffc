import type { Contestant } from './compare.ts'
import type { Column, Options } from './options.ts'
import type { FeatureName, Workload } from './protocol.ts'
import type { Subject } from './subject.ts'

/** A row of a table: servers that are measured side by side. */
export interface Comparison {
  readonly title: string
  readonly contestants: readonly Contestant[]
}

/** The rows of the first table. The servers of a row do the same for the same requests. */
const rows: Readonly<Partial<Record<Workload, string>>> = {
  discovery: 'discovery',
  jwks: 'JWKS',
  'client-credentials-opaque': 'client_credentials, opaque',
  'client-credentials-es256': 'client_credentials, JWT ES256',
  'client-credentials-jwt': 'client_credentials, JWT RS256',
  'client-credentials-eddsa': 'client_credentials, JWT EdDSA',
  refresh: 'refresh with rotation',
  'code-es256': 'code flow, ID token ES256',
  'code-rs256': 'code flow, ID token RS256',
  'code-eddsa': 'code flow, ID token EdDSA',
  introspect: 'introspection, opaque',
  userinfo: 'userinfo',
}

/** The features of `examples/server`. */
const exampleFeatures: readonly FeatureName[] = [
  'device-authorization',
  'dpop',
  'rich-authorization-requests',
  'pushed-authorization-requests',
  'backchannel-authentication',
]

const subjects: Readonly<Record<Column, Subject>> = {
  bare: { kind: 'bare', storage: 'memory' },
  floor: { kind: 'floor', storage: 'sqlite' },
  memory: { kind: 'provider', storage: 'memory', features: exampleFeatures },
  sqlite: { kind: 'provider', storage: 'sqlite', features: exampleFeatures },
  'oidc-provider': { kind: 'oidc-provider', storage: 'sqlite' },
}

export function planWorkloads({ workloads, columns }: Options): readonly Comparison[] {
  return workloads.flatMap((load) => {
    const title = rows[load]
    if (title === undefined) return []
    return [{ title, contestants: columns.map((name) => ({ name, subject: subjects[name], load })) }]
  })
}

interface FeatureRow {
  readonly title: string
  readonly feature: FeatureName
  /** The workload that uses the feature. */
  readonly load: Workload
  /** The workload that it is compared with, of a provider without features. */
  readonly plain: Workload
}

const featureRows: readonly FeatureRow[] = [
  {
    title: 'DPoP: client_credentials, opaque',
    feature: 'dpop',
    load: 'client-credentials-dpop',
    plain: 'client-credentials-opaque',
  },
  { title: 'DPoP: userinfo', feature: 'dpop', load: 'userinfo-dpop', plain: 'userinfo' },
  {
    title: 'pushed request: code flow',
    feature: 'pushed-authorization-requests',
    load: 'code-par',
    plain: 'code-es256',
  },
  {
    title: 'poll of a device, beside client_credentials',
    feature: 'device-authorization',
    load: 'device-poll',
    plain: 'client-credentials-opaque',
  },
]

/** The rows of the table of features, on SQLite. */
export function planFeatures({ workloads }: Options): readonly Comparison[] {
  return featureRows
    .filter(({ load }) => workloads.includes(load))
    .map(({ title, feature, load, plain }) => ({
      title,
      contestants: [
        { name: 'plain', subject: { kind: 'provider', storage: 'sqlite', features: [] }, load: plain },
        { name: 'feature', subject: { kind: 'provider', storage: 'sqlite', features: [feature] }, load },
      ],
    }))
}
