import { stopwatch } from '../contracts/clock.ts'
import type { ClientDirectory } from '../contracts/context.ts'
import type { Core } from '../contracts/core.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { RequestObservation } from '../contracts/observer.ts'
import type { RequestEnd } from '../contracts/request-end.ts'
import type { ServedRequest } from '../contracts/served-request.ts'
import type { Announcements } from '../host/events.ts'
import { statusOf, withHeaders } from '../http/reply.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
import { createRequestIds } from './request-ids.ts'
import { countCall, type WatchedStorage } from './watched-storage.ts'

/** Serves a request with the core of that request. */
export type Serve = (core: Core) => Awaitable<Response>

/** Serves a request to an endpoint, and lets everybody who listens see it. */
export type Observe = (endpoint: string, request: Request, serve: Serve) => Awaitable<Response>

/**
 * Makes the function through which every request is served. The core of a request is a copy of that of the provider, whose
 * events have the id of the request: frozen members cannot be replaced in an object that inherits. While nobody listens, the provider's own core serves all requests.
 */
export function createObserve(core: Core, announcements: Announcements, watched?: WatchedStorage): Observe {
  const { endRequest, observers, hearsEvents, guard } = announcements
  const { requestIds: policy } = core.config
  const beginners = observers.filter((observer) => observer.request !== undefined)
  const isMeasured = watched !== undefined && (endRequest !== undefined || beginners.length > 0)
  if (!hearsEvents && !isMeasured && policy.toHeader === undefined) return (_endpoint, _request, serve) => serve(core)
  const ids = createRequestIds(policy, core.random)

  /** The core of a request whose events alone are watched: what most requests get. */
  const scope = (served: ServedRequest): Core => ({
    ...core,
    served,
    emit(event) {
      learn(served, event)
      core.emit({ ...event, requestId: served.id })
    },
  })
  const complete = (response: Response, { id }: ServedRequest): Response =>
    policy.toHeader === undefined ? response : withHeaders(response, { [policy.toHeader]: id })

  if (!isMeasured) {
    return (_endpoint, request, serve) => {
      const served = serveRequest(ids(request))
      const response = serve(scope(served))
      if (policy.toHeader === undefined) return response
      return isThenable(response) ? response.then((late) => complete(late, served)) : complete(response, served)
    }
  }
  return (endpoint, request, serve) => {
    const started = stopwatch()
    const served = serveRequest(ids(request))
    const clients = countClients(core.clients, served)
    const scoped: Core = { ...scope(served), storage: watched.of(served), clients }
    const facts = { request, endpoint, method: methodOf(request), requestId: served.id }
    const observations = beginners.flatMap(
      (observer): RequestObservation | readonly [] =>
        guard('the observer of requests', () => observer.request?.(facts)) ?? [],
    )
    const finish = (response: Response): Response => {
      const end = requestEnd(served, facts, statusOf(response), stopwatch() - started)
      for (const observation of observations) guard('the observer of requests', () => observation.end(end))
      endRequest?.(end)
      return complete(response, served)
    }
    const work = observations.reduce<() => Awaitable<Response>>(
      (inner, observation) => () => runIn(observation, inner, guard),
      () => serve(scoped),
    )
    const response = work()
    return isThenable(response) ? response.then(finish) : finish(response)
  }
}

function serveRequest(id: string): ServedRequest {
  return {
    id,
    clientId: undefined,
    grantType: undefined,
    error: undefined,
    storageMilliseconds: 0,
    storageCalls: 0,
  }
}

/** Events in which the client is only a claim of the request. */
const unverified: ReadonlySet<string> = new Set<OAuthEvent['type']>([
  'client.authentication_failed',
  'client_source.failed',
  'client_document.failed',
])

function learn(served: ServedRequest, event: OAuthEvent): void {
  if (served.clientId !== undefined || unverified.has(event.type)) return
  const { clientId } = event as { readonly clientId?: string }
  served.clientId = clientId
}

/** Runs the work in what an observation sets up for it. An observation that fails before the work changes nothing. */
function runIn(
  { run }: RequestObservation,
  work: () => Awaitable<Response>,
  guard: Announcements['guard'],
): Awaitable<Response> {
  if (run === undefined) return work()
  let response: Awaitable<Response> | undefined
  const once = (): Awaitable<Response> => {
    response ??= work()
    return response
  }
  guard('the observer of requests', () => {
    const returned: unknown = run(once)
    // What the work itself returned is awaited by the caller. Any other promise is the observer's own, and may reject.
    return returned === response ? undefined : returned
  })
  return once()
}

function requestEnd(
  served: ServedRequest,
  { endpoint, method }: { readonly endpoint: string; readonly method: string },
  status: number,
  durationMilliseconds: number,
): RequestEnd {
  const { id, error, clientId, grantType, storageMilliseconds, storageCalls } = served
  const worst = Math.max(status, error?.status ?? 0)
  return {
    requestId: id,
    endpoint,
    method,
    status,
    outcome: worst >= 500 ? 'failed' : error === undefined && status < 400 ? 'success' : 'refused',
    ...(error !== undefined && { error: error.code }),
    ...(clientId !== undefined && { clientId }),
    ...(grantType !== undefined && { grantType }),
    durationMilliseconds,
    storageMilliseconds,
    storageCalls,
  }
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

function methodOf({ method }: Request): string {
  return methods.has(method) ? method : 'OTHER'
}

/**
 * Reading a client counts as a call of the storage, unless the cache has it or a feature's source answers. Requests that wait for
 * the same read count it each. Observers of the storage hear of the read itself, so they are not told here.
 */
function countClients(clients: ClientDirectory, served: ServedRequest): ClientDirectory {
  const read = <Verb extends 'find' | 'findNamed' | 'load'>(verb: Verb) => {
    return (id: string): ReturnType<ClientDirectory[Verb]> => {
      const started = stopwatch()
      const found = clients[verb](id)
      if (!isThenable(found) || clients.isForeign(id)) return found as ReturnType<ClientDirectory[Verb]>
      const counted = Promise.resolve(found).finally(() => countCall(served, started))
      return counted as ReturnType<ClientDirectory[Verb]>
    }
  }
  return { ...clients, find: read('find'), findNamed: read('findNamed'), load: read('load') }
}
