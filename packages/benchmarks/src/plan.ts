import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Contestant } from './compare.ts'
import type { Column, Options } from './options.ts'
import type { FeatureName, FeatureWorkload, Workload } from './protocol.ts'
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

const subjectsOf = (before: string | undefined): Readonly<Record<Column, Subject>> => ({
  bare: { kind: 'bare', storage: 'memory' },
  floor: { kind: 'floor', storage: 'sqlite' },
  memory: { kind: 'provider', storage: 'memory', features: exampleFeatures },
  sqlite: { kind: 'provider', storage: 'sqlite', features: exampleFeatures },
  before: {
    kind: 'provider',
    storage: 'sqlite',
    features: exampleFeatures,
    ...(before !== undefined && { checkout: before }),
  },
  'oidc-provider': { kind: 'oidc-provider', storage: 'sqlite' },
})

export function planWorkloads({ workloads, columns, before }: Options): readonly Comparison[] {
  const subjects = subjectsOf(before)
  return workloads.flatMap((load) => {
    const title = rows[load]
    if (title === undefined) return []
    return [{ title, contestants: columns.map((name) => ({ name, subject: subjects[name], load })) }]
  })
}

type FeatureRow = readonly [title: string, load: FeatureWorkload, feature: FeatureName, plain: Workload]

/** Each with the workload that it is compared with, of a provider without features. */
const featureRows: readonly FeatureRow[] = [
  ['DPoP: opaque token', 'client-credentials-dpop', 'dpop', 'client-credentials-opaque'],
  ['DPoP: userinfo', 'userinfo-dpop', 'dpop', 'userinfo'],
  ['private_key_jwt: opaque token', 'client-credentials-private-key', 'private-key-jwt', 'client-credentials-opaque'],
  ['certificate in a header: opaque token', 'client-credentials-mtls', 'mutual-tls', 'client-credentials-opaque'],
  [
    'authorization details: opaque token',
    'client-credentials-rar',
    'rich-authorization-requests',
    'client-credentials-opaque',
  ],
  [
    'token exchange, beside client_credentials, JWT ES256',
    'token-exchange',
    'token-exchange',
    'client-credentials-es256',
  ],
  ['introspection, JWT ES256', 'introspect-jwt', 'jwt-introspection', 'introspect'],
  ['pushed request (PAR): code flow', 'code-par', 'pushed-authorization-requests', 'code-es256'],
  ['request object (JAR): code flow', 'code-jar', 'jwt-secured-requests', 'code-es256'],
  ['signed response (JARM): code flow', 'code-jarm', 'jarm', 'code-es256'],
  ['encrypted ID token: code flow', 'code-encrypted', 'encrypted-responses', 'code-es256'],
  ['poll of a device, beside an opaque token', 'device-poll', 'device-authorization', 'client-credentials-opaque'],
  ['poll of CIBA, beside an opaque token', 'ciba-poll', 'backchannel-authentication', 'client-credentials-opaque'],
]

/** The default logger, beside a provider without one. */
const logRows: readonly (readonly [title: string, load: Workload, logsTo: string])[] = [
  ['default log to /dev/null: opaque token', 'client-credentials-opaque', '/dev/null'],
  ['default log to a file: opaque token', 'client-credentials-opaque', join(tmpdir(), 'oauth-benchmark.log')],
]

/** The rows of the table of features, on SQLite. */
export function planFeatures(options: Options): readonly Comparison[] {
  const logs = logRows
    .filter(([, load]) => options.workloads.includes(load))
    .map(([title, load, logsTo]): Comparison => {
      const subject = { kind: 'provider', storage: 'sqlite', features: [] } as const
      return {
        title,
        contestants: [
          { name: 'plain', subject, load },
          { name: 'feature', subject: { ...subject, logsTo }, load },
        ],
      }
    })
  return [...features(options), ...logs]
}

function features({ workloads }: Options): readonly Comparison[] {
  return featureRows
    .filter(([, load]) => workloads.includes(load))
    .map(([title, load, feature, plain]) => ({
      title,
      contestants: [
        { name: 'plain', subject: { kind: 'provider', storage: 'sqlite', features: [] }, load: plain },
        { name: 'feature', subject: { kind: 'provider', storage: 'sqlite', features: [feature] }, load },
      ],
    }))
}
