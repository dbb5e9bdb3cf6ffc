import type { Observer } from '@oauth/core'
import { context, type Meter, propagation, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api'
import { nameOf } from './storage-spans.ts'

/**
 * Makes the observer of requests that the server sends: a span and a histogram. The span has the origin of the URL and no path,
 * which may be a secret of the client.
 */
export function createOutboundSpans(
  tracer: Tracer,
  meter: Meter,
  { propagateTo }: { readonly propagateTo: ReadonlySet<string> },
): NonNullable<Observer['outbound']> {
  const duration = meter.createHistogram('oauth.outbound.request.duration', {
    unit: 's',
    description: 'How long a request of the server to a client took',
  })
  return ({ method, origin }) => {
    const started = performance.now()
    const span = tracer.startSpan(`oauth outbound ${method}`, {
      kind: SpanKind.CLIENT,
      attributes: { 'http.request.method': method, ...addressOf(origin) },
    })
    const headers: Record<string, string> = {}
    if (propagateTo.has(origin)) propagation.inject(trace.setSpan(context.active(), span), headers)
    return {
      headers,
      end(result) {
        const failed = 'error' in result
        const outcome = failed
          ? { 'error.type': nameOf(result.error) }
          : {
              'http.response.status_code': result.status,
              ...(result.status >= 400 && { 'error.type': String(result.status) }),
            }
        // Anybody may register an origin, so the metric has none.
        duration.record((performance.now() - started) / 1000, { 'http.request.method': method, ...outcome })
        span.setAttributes(outcome)
        if ('error.type' in outcome) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
      },
    }
  }
}

function addressOf(origin: string): Record<string, string | number> {
  if (!URL.canParse(origin)) return {}
  const { hostname, port, protocol } = new URL(origin)
  return { 'server.address': hostname, 'server.port': Number(port || (protocol === 'https:' ? 443 : 80)) }
}
