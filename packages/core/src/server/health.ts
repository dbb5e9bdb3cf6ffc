import { stopwatch } from '../contracts/clock.ts'
import type { Context } from '../contracts/context.ts'
import type { Readiness } from '../contracts/readiness.ts'
import { pause } from '../http/pause.ts'
import { reply } from '../http/reply.ts'
import { pathOf } from '../http/target.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ReadinessSwitch } from './readiness.ts'

/** Milliseconds for which the result of a check stands, so that many requests cause one check. */
const keptMilliseconds = 1000
/** Seconds within which the readiness page answers. A check that takes longer goes on for the next request. */
const patience = 2

/** The health pages of a provider. */
export interface Health {
  owns(path: string): boolean
  /** Returns the page; `undefined` for every other path. */
  answer(request: Request): Awaitable<Response> | undefined
  /** Forgets the last answer of the readiness page, so that the next request is checked at once. */
  forget(): void
}

/**
 * Makes the health pages. Each change of what the readiness page finds is an event; the pages themselves show the names of the
 * checks alone, because anybody may be able to read them.
 */
export function createHealth(
  ctx: Context,
  { ready, isDraining }: Pick<ReadinessSwitch, 'ready' | 'isDraining'>,
): Health | undefined {
  const { healthPages } = ctx.config
  if (healthPages === undefined) return undefined
  const { live, ready: readyPath } = healthPages
  let latest: { readonly found: Readiness; readonly until: number } | undefined
  let forgotten = 0
  let begun = 0
  let newest = 0
  let known = '[]'

  const tell = (readiness: Readiness): void => {
    // A problem together with `ok: true` is a warning.
    const problems = readiness.checks.flatMap(({ name, problem }) =>
      problem === undefined ? [] : `${name}: ${problem}`,
    )
    const now = JSON.stringify(readiness.ok ? problems : ['not ready', ...problems])
    if (now === known) return
    known = now
    ctx.emit({ type: 'readiness.changed', ready: readiness.ok, problems })
  }

  const look = async (): Promise<Readiness> => {
    const before = forgotten
    begun += 1
    const own = begun
    const found = await ready()
    // A check that ends after a later one tells of the time before that.
    if (own < newest) return found
    newest = own
    tell(found)
    if (forgotten === before) latest = { found, until: stopwatch() + keptMilliseconds }
    return found
  }

  const readiness = async (): Promise<Readiness> => {
    // A load balancer has to learn at once that the process is about to end, and that answer needs no check.
    if (!isDraining() && latest !== undefined && stopwatch() < latest.until) return latest.found
    // No promise is kept: on Workers a request must not wait for one that another request has begun.
    return Promise.race([look(), late()])
  }

  const owns = (path: string): boolean => path === live || path === readyPath
  return {
    owns,
    forget() {
      forgotten += 1
      latest = undefined
    },
    answer(request) {
      const path = pathOf(request.url)
      if (!owns(path)) return undefined
      const { method } = request
      if (method !== 'GET' && method !== 'HEAD') return page(405, { ok: false }, { allow: 'GET, HEAD' })
      if (path === live) return page(200, { ok: true })
      return readiness().then(({ ok, checks }) =>
        page(ok ? 200 : 503, { ok, checks: checks.map(({ name, ok: isFine }) => ({ name, ok: isFine })) }),
      )
    },
  }
}

async function late(): Promise<Readiness> {
  await pause(patience)
  return { ok: false, checks: [] }
}

function page(status: number, body: object, headers?: Readonly<Record<string, string>>): Response {
  return reply(
    status,
    { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    JSON.stringify(body),
  )
}
