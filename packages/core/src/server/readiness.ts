import type { Context } from '../contracts/context.ts'
import type { Readiness, ReadinessCheck } from '../contracts/readiness.ts'
import { pause } from '../http/pause.ts'
import { shareWork } from '../http/shared-work.ts'
import { isStorageUnavailable, StorageUnavailableError } from '../storage/storage-unavailable-error.ts'

/** Seconds to wait for the storage before it counts as unreachable. */
const patience = 5

const away = 'the storage cannot be reached or used: see the cause of the event request.failed with endpoint readiness'
const broken = 'the storage failed: see the cause of the event request.failed with endpoint readiness'
const unknown = 'not checked, because of the problem before'

const draining: Readiness = Object.freeze({
  ok: false,
  checks: [
    { name: 'running' as const, ok: false, problem: 'provider.drain() was called, so this process is about to end' },
  ],
})

/** Whether a server is ready, and the switch that ends that. */
export interface ReadinessSwitch {
  /** Checks whether the server is ready. Calls at the same time share one check, or one every two seconds while none ends. */
  ready(): Promise<Readiness>
  drain(): void
  /** Whether `drain` was called. */
  isDraining(): boolean
}

export function createReadiness(ctx: Context): ReadinessSwitch {
  const look = shareWork(() => checkAll(ctx))
  let drains = false
  return {
    async ready() {
      if (drains) return draining
      const found = await look()
      return drains ? draining : found
    },
    drain() {
      drains = true
    },
    isDraining: () => drains,
  }
}

async function checkAll(ctx: Context): Promise<Readiness> {
  const stored = await checkStorage(ctx)
  const checks = stored.every(({ ok }) => ok)
    ? [...stored, await checkKeys(ctx)]
    : [...stored, { name: 'keys' as const, ok: false, problem: unknown }]
  return { ok: checks.every(({ ok }) => ok), checks }
}

/**
 * Checks the storage. A storage without a `check` of its own is asked for a client that does not exist: one read by
 * key.
 */
async function checkStorage(ctx: Context): Promise<readonly ReadinessCheck[]> {
  const { storage } = ctx
  try {
    const problem = await soon(async () =>
      storage.check === undefined ? void (await storage.clients.find('readiness')) : storage.check(),
    )
    return [
      { name: 'storage', ok: true },
      problem === undefined ? { name: 'schema', ok: true } : { name: 'schema', ok: false, problem },
    ]
  } catch (cause) {
    fail(ctx, cause)
    if (isStorageUnavailable(cause)) {
      return [
        { name: 'storage', ok: false, problem: away },
        { name: 'schema', ok: false, problem: unknown },
      ]
    }
    // The storage answered with an error: usually a table is missing.
    return [
      { name: 'storage', ok: true },
      { name: 'schema', ok: false, problem: broken },
    ]
  }
}

async function checkKeys(ctx: Context): Promise<ReadinessCheck> {
  try {
    const signing = await soon(() => ctx.keys.check())
    if (!signing.ok) return { name: 'keys', ...signing }
    for (const keys of ctx.registry.encryptionKeys) {
      const found = await soon(() => keys.check())
      if (!found.ok) return { name: 'keys', ...found }
    }
    return { name: 'keys', ...signing }
  } catch (cause) {
    fail(ctx, cause)
    return { name: 'keys', ok: false, problem: isStorageUnavailable(cause) ? away : broken }
  }
}

function fail(ctx: Context, cause: unknown): void {
  ctx.emit({ type: 'request.failed', endpoint: 'readiness', cause })
}

/** Resolves with the result of `work`, or rejects when that takes too long. */
function soon<T>(work: () => Promise<T>): Promise<T> {
  const late = pause(patience).then((): never => {
    throw new StorageUnavailableError(`the storage did not answer within ${patience} s`)
  })
  // Usually the race is over by then, and the rejection would be reported as unhandled.
  late.catch(() => undefined)
  return Promise.race([work(), late])
}
