import type { Context } from '../contracts/context.ts'
import type { Readiness, ReadinessCheck } from '../contracts/readiness.ts'
import { isStorageUnavailable, StorageUnavailableError } from '../storage/storage-unavailable-error.ts'

/** Seconds after which a storage that says nothing counts as away. */
const patience = 5

const away = 'the storage cannot be reached or used: the cause is in the event request.failed of the endpoint readiness'
const broken = 'the storage failed: the cause is in the event request.failed of the endpoint readiness'
const unknown = 'not looked at, because of the problem before'

/** Looks whether the server can do its work. Callers at one time share one look. */
export function createReadiness(ctx: Context): () => Promise<Readiness> {
  let looking: Promise<Readiness> | undefined
  return () => {
    looking ??= checkAll(ctx).finally(() => {
      looking = undefined
    })
    return looking
  }
}

async function checkAll(ctx: Context): Promise<Readiness> {
  const stored = await checkStorage(ctx)
  const checks = stored.every(({ ok }) => ok)
    ? [...stored, await checkSigning(ctx)]
    : [...stored, { name: 'keys' as const, ok: false, problem: unknown }]
  return { ok: checks.every(({ ok }) => ok), checks }
}

/** A storage without a check of its own is asked for a client that does not exist: that is one read by key. */
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
    // It answered, and the answer was an error: usually that of a missing table.
    return [
      { name: 'storage', ok: true },
      { name: 'schema', ok: false, problem: broken },
    ]
  }
}

async function checkSigning(ctx: Context): Promise<ReadinessCheck> {
  try {
    return { name: 'keys', ...(await soon(() => ctx.keys.check())) }
  } catch (cause) {
    fail(ctx, cause)
    return { name: 'keys', ok: false, problem: isStorageUnavailable(cause) ? away : broken }
  }
}

function fail(ctx: Context, cause: unknown): void {
  ctx.emit({ type: 'request.failed', endpoint: 'readiness', cause })
}

/** What `work` resolves with, unless that takes too long. */
function soon<T>(work: () => Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    const error = new StorageUnavailableError(`the storage did not answer within ${patience} s`)
    AbortSignal.timeout(patience * 1000).addEventListener('abort', () => reject(error), { once: true })
  })
  // Usually nobody looks any more when it comes.
  late.catch(() => undefined)
  return Promise.race([work(), late])
}
