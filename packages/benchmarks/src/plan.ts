import type { Subject } from './measure.ts'
import type { Options } from './options.ts'
import type { FeatureName, Load, Workload } from './protocol.ts'

/** One figure to be measured. */
export interface Run {
  readonly column: Column
  readonly load: Load
  readonly subject: Subject
}

export type Column = 'bare' | 'floor' | 'memory' | 'sqlite' | 'plain'

/** Workloads that do not use the storage. */
const withoutStorage: ReadonlySet<Workload> = new Set(['discovery', 'jwks'])
/** Workloads that the floor does not serve. */
const withoutFloor: ReadonlySet<Workload> = new Set([
  'client-credentials-dpop',
  'code-par',
  'device-poll',
  'userinfo-dpop',
])
/** The features that a workload uses. Every other provider has none. */
const featuresOf: Readonly<Partial<Record<Load, readonly FeatureName[]>>> = {
  'client-credentials-dpop': ['dpop'],
  'userinfo-dpop': ['dpop'],
  'code-par': ['pushed-authorization-requests'],
  'device-poll': ['device-authorization'],
}
/** Workloads that are also measured with the plain bridge, to show the cost of a bridge that is not lazy. */
const withPlainBridge: ReadonlySet<Workload> = new Set(['discovery', 'client-credentials-opaque'])

/** Measures the bare server at the beginning, in the middle and at the end, because the machine's speed varies. */
export function planRuns(options: Options): readonly Run[] {
  const runs = options.workloads.flatMap((load) => runsOf(load, options))
  const half = runs.length >> 1
  return [...yardstick, ...runs.slice(0, half), ...yardstick, ...runs.slice(half), ...yardstick]
}

const yardstick: readonly Run[] = (['bare-get', 'bare-post'] as const).map((load) => ({
  column: 'bare',
  load,
  subject: { kind: 'bare', storage: 'memory' },
}))

function runsOf(load: Workload, options: Options): readonly Run[] {
  const runs: Run[] = []
  const kind = { kind: 'provider', features: featuresOf[load] ?? [] } as const
  const memory = options.storages.includes('memory') || withoutStorage.has(load)
  if (memory) runs.push({ column: 'memory', load, subject: { ...kind, storage: 'memory' } })
  if (memory && withPlainBridge.has(load)) {
    runs.push({ column: 'plain', load, subject: { kind: 'provider', storage: 'memory', bridge: 'plain' } })
  }
  if (options.storages.includes('sqlite') && !withoutStorage.has(load)) {
    if (!withoutFloor.has(load)) runs.push({ column: 'floor', load, subject: { kind: 'floor', storage: 'sqlite' } })
    runs.push({ column: 'sqlite', load, subject: { ...kind, storage: 'sqlite' } })
  }
  return runs
}
