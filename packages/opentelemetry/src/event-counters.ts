import type { OAuthEvent, Observer } from '@oauth/core'
import { type Attributes, type Meter, trace } from '@opentelemetry/api'

/** Makes the observer of events: counters of tokens, refusals and events, and events of the active span. */
export function createEventCounters(
  meter: Meter,
  { clientInMetrics }: { readonly clientInMetrics: boolean },
): NonNullable<Observer['event']> {
  const tokens = meter.createCounter('oauth.tokens.issued', { unit: '{token}', description: 'Tokens that clients got' })
  const refusals = meter.createCounter('oauth.requests.refused', { unit: '{request}', description: 'Refused requests' })
  const events = meter.createCounter('oauth.events', { unit: '{event}', description: 'Events of the server by type' })
  return (event) => {
    const client = clientInMetrics ? clientOf(event) : {}
    // Types are names in code, of the core and of features, and so there are few of them.
    events.add(1, { 'oauth.event.type': event.type })
    trace.getActiveSpan()?.addEvent(`oauth.${event.type}`)
    if (event.type === 'tokens.issued') {
      for (const kind of event.kinds)
        tokens.add(1, { 'oauth.token.kind': kind, 'oauth.grant_type': event.grantType, ...client })
    } else if (event.type === 'id_jag.issued') tokens.add(1, { 'oauth.token.kind': 'id_jag', ...client })
    else if (event.type === 'request.refused') {
      refusals.add(1, { 'oauth.endpoint': event.endpoint, 'error.type': event.error })
    } else if (event.type === 'request.failed') {
      // Work in the background fails by this event, too, under a name that is no endpoint.
      refusals.add(1, { 'oauth.endpoint': event.endpoint, 'error.type': 'server_error' })
    }
  }
}

function clientOf(event: OAuthEvent): Attributes {
  const { clientId } = event as { readonly clientId?: string }
  return clientId === undefined ? {} : { 'oauth.client.id': clientId }
}
