import type { Feature, ProviderOptions } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
import { jarm } from '@oauth/core/features/jarm'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { mcp } from '@oauth/core/mcp'
import { places } from './places.ts'
import type { Switches } from './switches.ts'
import type { User } from './users.ts'

/** What a flow needs of the server, whatever the switches say. */
export type Need = 'device' | 'exchange' | 'par' | 'mcp' | 'jar' | 'jarm' | 'dpop'

/** One option of `createProvider`: its value, and how a program writes it. */
export interface DescribedOption {
  readonly name: string
  readonly value: unknown
  readonly code: string
}

/** One feature: made, and how a program imports and calls it. */
export interface DescribedFeature {
  readonly name: string
  readonly from: string
  readonly call: string
  readonly make: () => Feature
}

/** A server as data: the playground makes it, and writes it as TypeScript. */
export interface ServerDescription {
  readonly options: readonly DescribedOption[]
  readonly features: readonly DescribedFeature[]
  /** The preset for agents, whose options come first. */
  readonly preset: boolean
}

const path = '@oauth/core/features'

/** Describes the server that a flow needs, with the switches of the reader. */
export function describeServer(switches: Switches, needs: readonly Need[]): ServerDescription {
  const preset = needs.includes('mcp')
  return { options: options(switches, needs, preset), features: features(switches, needs), preset }
}

function options(switches: Switches, needs: readonly Need[], preset: boolean): readonly DescribedOption[] {
  const plain = (name: keyof ProviderOptions<User>, value: unknown): DescribedOption => ({
    name,
    value,
    code: literal(value),
  })
  const audiences = needs.includes('exchange') ? [places.api, places.stock] : [places.api]
  return [
    ...(preset
      ? []
      : [
          plain('scopes', ['notes:read', 'notes:write', ...(needs.includes('exchange') ? ['stock:read'] : [])]),
          ...(switches.format === 'jwt' ? [plain('validAudiences', audiences)] : []),
          ...(needs.includes('exchange') ? [plain('defaultResource', places.api)] : []),
        ]),
    ...(switches.algorithm === 'RS256'
      ? []
      : [
          plain('accessTokenSigningAlgorithm', switches.algorithm),
          plain('idTokenSigningAlgorithm', switches.algorithm),
        ]),
    ...changed('authorizationCodeTtlSeconds', switches.codeTtl, 60),
    ...changed('accessTokenTtlSeconds', switches.tokenTtl, 3600),
    ...changed('refreshTokenReuseWindowSeconds', switches.reuseWindow, 30),
    ...changed('idTokenScopeClaims', switches.scopeClaims, true),
    ...(switches.pairwise
      ? [
          {
            name: 'pairwiseSecret',
            value: 'a secret of the playground, for sub',
            code: "process.env.PAIRWISE_SECRET ?? ''",
          },
        ]
      : []),
  ]
}

function changed<Value>(name: string, value: Value, standard: Value): readonly DescribedOption[] {
  return value === standard ? [] : [{ name, value, code: literal(value) }]
}

function features(switches: Switches, needs: readonly Need[]): readonly DescribedFeature[] {
  const list: DescribedFeature[] = []
  if (switches.par || needs.includes('par')) {
    const given = switches.par ? { required: true } : {}
    list.push(
      feature('pushedAuthorizationRequests', 'pushed-authorization-requests', given, () =>
        pushedAuthorizationRequests(given),
      ),
    )
  }
  if (switches.jar || needs.includes('jar')) {
    const given = switches.jar ? { required: true } : {}
    list.push(feature('jwtSecuredRequests', 'jwt-secured-requests', given, () => jwtSecuredRequests(given)))
  }
  if (switches.jarm || needs.includes('jarm')) {
    const given = switches.jarm ? { required: true } : {}
    list.push(feature('jarm', 'jarm', given, () => jarm(given)))
  }
  if (switches.dpop || needs.includes('dpop')) {
    const given = switches.dpop ? { required: true } : {}
    list.push(feature('dpop', 'dpop', given, () => dpop(given)))
  }
  if (needs.includes('device')) {
    const given = { verificationUri: '/device' }
    list.push(feature('deviceAuthorization', 'device-authorization', given, () => deviceAuthorization(given)))
  }
  if (needs.includes('exchange')) list.push(exchangeFeature)
  return list
}

const exchangeFeature: DescribedFeature = {
  name: 'tokenExchange',
  from: `${path}/token-exchange`,
  call: `tokenExchange({
      accessTokens: {
        // Only the notes API may call the stock API for its user.
        authorize: ({ clientId, resources }) =>
          clientId === 'notes-api' && resources.includes(${literal(places.stock)})
            ? { mode: 'delegation', resources: [${literal(places.stock)}] }
            : undefined,
      },
    })`,
  make: () =>
    tokenExchange({
      accessTokens: {
        authorize: ({ clientId, resources }) =>
          clientId === 'notes-api' && resources.includes(places.stock)
            ? { mode: 'delegation', resources: [places.stock] }
            : undefined,
      },
    }),
}

function feature(name: string, file: string, options: object, make: () => Feature): DescribedFeature {
  const given = Object.keys(options).length === 0 ? '' : literal(options)
  return { name, from: `${path}/${file}`, call: `${name}(${given})`, make }
}

/** The preset for agents, as the playground uses it. */
export const makePreset = (): ReturnType<typeof mcp> => mcp({ resources: { [places.mcp]: { scopes: ['notes:read'] } } })

/** Writes a value as TypeScript. */
export function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const members = Object.entries(value).map(([name, member]) => `${name}: ${literal(member)}`)
  return `{ ${members.join(', ')} }`
}
