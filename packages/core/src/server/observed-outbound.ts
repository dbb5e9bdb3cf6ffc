import type { OutboundObservation } from '../contracts/observer.ts'
import type { Announcements } from '../host/events.ts'
import type { Outbound } from '../http/outbound.ts'

/** Lets observers see the requests that the server sends, and add headers to them. */
export function observeOutbound(outbound: Outbound, { observers, guard }: Announcements): Outbound {
  const watching = observers.filter((observer) => observer.outbound !== undefined)
  if (watching.length === 0) return outbound
  return async (url, request = {}) => {
    const call = { method: request.method ?? 'GET', origin: URL.canParse(url) ? new URL(url).origin : 'invalid' }
    const observations = watching.flatMap(
      (observer): OutboundObservation | readonly [] =>
        guard('the observer of outbound requests', () => observer.outbound?.(call)) ?? [],
    )
    const end = (result: { readonly status: number } | { readonly error: unknown }): void => {
      for (const observation of observations) guard('the observer of outbound requests', () => observation.end(result))
    }
    const added = Object.assign({}, ...observations.map(({ headers }) => headers)) as Record<string, string>
    try {
      // What the server itself sends goes first: an observer changes no authorization and no content type.
      const answer = await outbound(url, { ...request, headers: { ...added, ...request.headers } })
      end({ status: answer.status })
      return answer
    } catch (error) {
      end({ error })
      throw error
    }
  }
}
