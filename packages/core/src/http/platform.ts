/** One answer of the resolver. */
export interface ResolvedAddress {
  readonly address: string
}

/** All addresses of a host name; `undefined` where the platform turns out to have no resolver. */
export type LookupHost = (hostname: string) => Promise<readonly ResolvedAddress[] | undefined>

interface MaybeDns {
  readonly promises?: { lookup?(hostname: string, options: { all: true }): Promise<readonly ResolvedAddress[]> }
}

interface MaybeProcess {
  readonly process?: {
    readonly getBuiltinModule?: (name: string) => unknown
    readonly once?: (event: 'exit', run: () => void) => unknown
  }
}

/**
 * The platform's resolver, the same that its `fetch` asks. Found without an import, as `crypto/platform.ts` finds its
 * primitives: Node 20.16+, bun, deno and workerd (with `nodejs_compat`) have it. Where it is absent, on Workers without
 * that flag, the platform itself keeps `fetch` out of private networks.
 */
export const lookupHost: LookupHost | undefined = findLookup()

function findLookup(): LookupHost | undefined {
  const dns = (globalThis as MaybeProcess).process?.getBuiltinModule?.('node:dns') as MaybeDns | undefined
  const { promises } = dns ?? {}
  if (typeof promises?.lookup !== 'function') return undefined
  return async (hostname) => {
    try {
      return await promises.lookup?.(hostname, { all: true })
    } catch (error) {
      // Some have the name, and nothing behind it.
      if ((error as { readonly code?: unknown }).code === 'ERR_METHOD_NOT_IMPLEMENTED') return undefined
      throw error
    }
  }
}

interface MaybeTimers {
  readonly setTimeout: (run: () => void, milliseconds: number) => { unref?(): unknown }
  readonly navigator?: { readonly userAgent?: string }
}

/**
 * Calls a function after some milliseconds, without keeping the process alive for it.
 * @returns `false` where that is not possible, and the function will not be called: Workers do not let work outlive the
 * request that it came from
 */
export function later(run: () => void, milliseconds: number): boolean {
  const platform = globalThis as unknown as MaybeTimers
  if (platform.navigator?.userAgent === 'Cloudflare-Workers') return false
  const timer = platform.setTimeout(run, milliseconds)
  timer.unref?.()
  return true
}

/**
 * Calls a function after the sockets were read. A process that had no time for its event loop, on a busy machine, calls its
 * timers first, though the answers may have come long ago. Where the platform has no such queue, it calls at once.
 */
export function afterReading(run: () => void): void {
  const { setImmediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown }
  if (setImmediate === undefined) run()
  else setImmediate(run)
}

/** Calls a function when the process ends by itself or by a call, where the platform has a process. */
export function beforeExit(run: () => void): void {
  const { process } = globalThis as MaybeProcess
  process?.once?.('exit', run)
}
