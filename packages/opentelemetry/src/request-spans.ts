import type { Observer, RequestEnd } from '@oauth/core'
import {
  type Attributes,
  context,
  type Meter,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'

/** Seconds, for the buckets of histograms: a request takes from a tenth of a millisecond to seconds. */
export const secondsBuckets: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

interface Choices {
  readonly clientInMetrics: boolean
}

/**
 * Makes the observer of requests: a span and two histograms. Names are those of the semantic conventions of OpenTelemetry where
 * they have one (`http.route`, `http.request.method`, `http.response.status_code`, `error.type`), and begin with `oauth.` otherwise.
 */
export function createRequestSpans(tracer: Tracer, meter: Meter, choices: Choices): NonNullable<Observer['request']> {
  const advice = { explicitBucketBoundaries: [...secondsBuckets] }
  const duration = meter.createHistogram('oauth.server.request.duration', {
    unit: 's',
    description: 'How long a request took',
    advice,
  })
  const storage = meter.createHistogram('oauth.server.request.storage.duration', {
    unit: 's',
    description: 'How long the calls of the storage of a request took, added up',
    advice,
  })
  return ({ endpoint, method, requestId }) => {
    const attributes = { 'oauth.endpoint': endpoint, 'http.request.method': method, 'oauth.request.id': requestId }
    // The instrumentation of HTTP, if there is one, has the span of kind SERVER.
    const kind = trace.getActiveSpan() === undefined ? SpanKind.SERVER : SpanKind.INTERNAL
    const span = tracer.startSpan(`oauth ${endpoint}`, { kind, attributes })
    const own = trace.setSpan(context.active(), span)
    return {
      run: (work) => context.with(own, work),
      end(end) {
        endSpan(span, end)
        const labels = labelsOf(end, choices)
        duration.record(end.durationMilliseconds / 1000, labels, own)
        storage.record(end.storageMilliseconds / 1000, labels, own)
      },
    }
  }
}

function endSpan(span: Span, end: RequestEnd): void {
  span.setAttributes({
    'http.response.status_code': end.status,
    'oauth.outcome': end.outcome,
    'oauth.storage.calls': end.storageCalls,
    'oauth.storage.duration': end.storageMilliseconds / 1000,
    ...(end.clientId !== undefined && { 'oauth.client.id': end.clientId }),
    ...(end.grantType !== undefined && { 'oauth.grant_type': end.grantType }),
    ...(end.error !== undefined && { 'error.type': end.error }),
  })
  // A refusal is no fault of the server, and its span no error.
  if (end.outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR, message: end.error ?? 'failed' })
  span.end()
}

/** The labels of metrics have few values each: endpoints, grant types and error codes of the server, and outcomes. */
function labelsOf({ endpoint, method, outcome, grantType, error, clientId }: RequestEnd, choices: Choices): Attributes {
  return {
    'oauth.endpoint': endpoint,
    'http.request.method': method,
    'oauth.outcome': outcome,
    ...(grantType !== undefined && { 'oauth.grant_type': grantType }),
    ...(error !== undefined && { 'error.type': error }),
    ...(choices.clientInMetrics && clientId !== undefined && { 'oauth.client.id': clientId }),
  }
}
