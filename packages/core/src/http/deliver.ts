import { pause } from './pause.ts'

/** Why a client could not be told something. */
export interface DeliveryFailure {
  /** Whether another attempt would get the same response. */
  readonly final: boolean
  readonly reason: { readonly status: number } | { readonly cause: unknown }
}

/**
 * Judges the response of a client: any 2xx is a success. With any other status the client has understood and refuses, or it
 * redirects, which is not followed; only 408, 429 and 5xx may be different the next time.
 */
export function failureOf(status: number): DeliveryFailure | undefined {
  if (status >= 200 && status < 300) return undefined
  return { final: status < 500 && status !== 408 && status !== 429, reason: { status } }
}

/**
 * Makes attempts until one succeeds, a failure is final, or there are no pauses left.
 * @param retryAfterSeconds the pauses before further attempts, in seconds
 */
export async function deliver(
  retryAfterSeconds: readonly number[],
  attempt: () => Promise<DeliveryFailure | undefined>,
): Promise<{ readonly attempts: number; readonly failure?: DeliveryFailure }> {
  for (let attempts = 1; ; attempts++) {
    const failure = await attempt()
    if (failure === undefined) return { attempts }
    const wait = failure.final ? undefined : retryAfterSeconds[attempts - 1]
    if (wait === undefined) return { attempts, failure }
    await pause(wait)
  }
}
