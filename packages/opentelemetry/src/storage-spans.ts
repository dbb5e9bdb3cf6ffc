import type { Observer } from '@oauth/core'
import { type Meter, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api'
import { secondsBuckets } from './request-spans.ts'

/** Makes the observer of the storage: a histogram, and a span for each call if that is wanted. */
export function createStorageSpans(
  tracer: Tracer,
  meter: Meter,
  { makesSpans }: { readonly makesSpans: boolean },
): NonNullable<Observer['storage']> {
  const duration = meter.createHistogram('oauth.storage.call.duration', {
    unit: 's',
    description: 'How long a call of the storage took',
    advice: { explicitBucketBoundaries: [...secondsBuckets] },
  })
  return ({ store, verb }) => {
    const name = store === '' ? verb : `${store}.${verb}`
    const attributes = { 'oauth.storage.verb': name }
    const started = performance.now()
    const span = makesSpans ? tracer.startSpan(`storage ${name}`, { kind: SpanKind.INTERNAL, attributes }) : undefined
    return (failure) => {
      const outcome = failure === undefined ? {} : { 'error.type': nameOf(failure.error) }
      duration.record((performance.now() - started) / 1000, { ...attributes, ...outcome })
      if (span === undefined) return
      if (failure !== undefined) {
        // The message of a driver may contain values of the statement, so only the name of the error is told.
        span.setAttributes(outcome)
        span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(failure.error) })
      }
      span.end()
    }
  }
}

/** The name of an error, if it is one that a program can have. */
export function nameOf(error: unknown): string {
  try {
    const { name } = error as { readonly name?: unknown }
    return typeof name === 'string' && /^[A-Za-z]{1,60}$/.test(name) ? name : 'Error'
  } catch {
    // Somebody's error has a getter that throws.
    return 'Error'
  }
}
