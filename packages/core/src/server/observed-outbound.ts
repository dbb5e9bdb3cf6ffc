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
    try {
      const headers = { ...addedTo(request.headers ?? {}, observations), ...request.headers }
      const answer = await outbound(url, { ...request, headers })
      end({ status: answer.status })
      return answer
    } catch (error) {
      end({ error })
      throw error
    }
  }
}

/** Headers that the request may get from its media types and its body. */
const ofRequest = ['accept', 'content-type']

/**
 * Returns the headers that observers add. What the server itself sends stays as it is, in whatever case an observer writes the
 * name: two of one name would be joined to one value.
 */
function addedTo(
  own: Readonly<Record<string, string>>,
  observations: readonly OutboundObservation[],
): Readonly<Record<string, string>> {
  const taken = new Set([...ofRequest, ...Object.keys(own).map((name) => name.toLowerCase())])
  const added = observations.flatMap(({ headers = {} }) => Object.entries(headers))
  return Object.fromEntries(
    added.map(([name, value]) => [name.toLowerCase(), value] as const).filter(([name]) => !taken.has(name)),
  )
}
