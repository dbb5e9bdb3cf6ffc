import type { Feature, Observer } from '@oauth/core'
import { type Meter, metrics, type Tracer, trace } from '@opentelemetry/api'
import { createEventCounters } from './event-counters.ts'
import { createOutboundSpans } from './outbound-spans.ts'
import { createRequestSpans } from './request-spans.ts'
import { createStorageSpans } from './storage-spans.ts'

/** Options of `openTelemetry`. All of them are off by default. */
export interface OpenTelemetryOptions {
  /**
   * Adds the client to the metrics as `oauth.client.id`. Spans have it anyway. Each client then is a time series of its own, so
   * choose it only for a server with few clients that nobody can register freely. Default `false`.
   */
  readonly clientInMetrics?: boolean
  /** Makes a span for each call of the storage. The metrics of the storage are there either way. Default `true`. */
  readonly storageSpans?: boolean
  /**
   * Origins that get `traceparent` with requests of this server, for instance `https://hooks.example.com`. All others are
   * strangers, and a trace id would tell them which of their requests belong together. Default: none.
   */
  readonly propagateTo?: readonly string[]
}

const known = ['clientInMetrics', 'storageSpans', 'propagateTo']

/**
 * Makes a feature that tells OpenTelemetry what the server does: a span for each request, with child spans for the storage and for
 * requests that the server sends, and metrics. It uses the API alone: without an SDK it does nothing. Neither spans nor metrics
 * contain secrets, users or texts of a request.
 *
 * The span of a request is a child of whatever is active, for instance the server span of an instrumentation of HTTP. Register a
 * context manager, as the SDK for Node does, so that child spans find it.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [openTelemetry()], ... })
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Feature<'openTelemetry', Record<never, never>> {
  const { clientInMetrics = false, storageSpans = true, propagateTo = [] } = options
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`openTelemetry: unknown option ${unknown}; there are ${known.join(', ')}`)
  }
  for (const origin of propagateTo) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw new TypeError(
      `openTelemetry: propagateTo ${origin} must be an origin, for instance https://hooks.example.com`,
    )
  }
  // Made with the first call, since a meter from before the SDK has started does nothing for ever.
  let made: Required<Observer> | undefined
  const own = (): Required<Observer> => {
    made ??= observe(trace.getTracer('@oauth/opentelemetry'), metrics.getMeter('@oauth/opentelemetry'))
    return made
  }
  const observe = (tracer: Tracer, meter: Meter): Required<Observer> => ({
    request: createRequestSpans(tracer, meter, { clientInMetrics }),
    storage: createStorageSpans(tracer, meter, { makesSpans: storageSpans }),
    outbound: createOutboundSpans(tracer, meter, { propagateTo: new Set(propagateTo) }),
    event: createEventCounters(meter, { clientInMetrics }),
  })
  return {
    name: 'openTelemetry',
    observer: {
      request: (request) => own().request(request),
      storage: (call) => own().storage(call),
      outbound: (call) => own().outbound(call),
      event: (event) => own().event(event),
    },
    start: () => ({}),
  }
}
