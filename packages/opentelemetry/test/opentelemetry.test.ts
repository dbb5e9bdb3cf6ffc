import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProvider, type ProviderOptions } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'
import { context, metrics, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  type DataPoint,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { afterLogout, createLogoutWorld, logoutUrl, registerEnding, signInAt } from '../../core/test/support/logout.ts'
import { type OpenTelemetryOptions, openTelemetry } from '../src/index.ts'

const spanExporter = new InMemorySpanExporter()
let metricExporter: InMemoryMetricExporter
const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] })
let metering: MeterProvider
const servers: Server[] = []

/** The W3C format without baggage, so that the test needs no further package. */
const traceparent = {
  inject(own: ReturnType<typeof context.active>, carrier: Record<string, string>) {
    const span = trace.getSpanContext(own)
    if (span !== undefined) carrier.traceparent = `00-${span.traceId}-${span.spanId}-01`
  },
  extract: (own: ReturnType<typeof context.active>) => own,
  fields: () => ['traceparent'],
}

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(tracing)
  propagation.setGlobalPropagator(traceparent as never)
})
beforeEach(() => {
  metrics.disable()
  // A reader that shuts down ends its exporter, too.
  metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  metering = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 3_600_000 })],
  })
  metrics.setGlobalMeterProvider(metering)
})
afterEach(async () => {
  for (const server of servers.splice(0)) server.close()
  await metering.shutdown()
  spanExporter.reset()
})
afterAll(async () => {
  context.disable()
  trace.disable()
  propagation.disable()
  await tracing.shutdown()
})

interface Started {
  readonly url: string
  readonly provider: ReturnType<typeof createProvider>
  readonly client: { readonly id: string; readonly secret: string }
  token(
    form: Record<string, string>,
    secret?: string,
  ): Promise<{ status: number; body: Record<string, unknown>; text: string }>
}

/** Starts a server over HTTP, with a client that gets tokens without a user. */
async function start(telemetry: OpenTelemetryOptions = {}, options: Partial<ProviderOptions> = {}): Promise<Started> {
  const server = createServer((incoming, outgoing) => listener(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = createProvider({
    baseUrl,
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['read'],
    clientCredentialsDefaultScopes: ['read'],
    logger: false,
    ...options,
    features: [openTelemetry(telemetry), ...(options.features ?? [])],
  })
  const listener = nodeListener(provider)
  const registered = await provider.registerClient({ grant_types: ['client_credentials'], scope: 'read' })
  const client = { id: registered.client_id, secret: registered.client_secret as string }
  return {
    url: provider.issuer,
    provider,
    client,
    async token(form, secret = client.secret) {
      const body = new URLSearchParams({ client_id: client.id, client_secret: secret, ...form })
      const response = await fetch(`${provider.issuer}/oauth2/token`, { method: 'POST', body })
      const text = await response.text()
      return { status: response.status, body: JSON.parse(text) as Record<string, unknown>, text }
    },
  }
}

const spans = (): readonly ReadableSpan[] => spanExporter.getFinishedSpans()
const spanNamed = (name: string): ReadableSpan | undefined => spans().findLast((span) => span.name === name)
const machine = { grant_type: 'client_credentials' }

/** All data points of a metric. */
async function points(name: string): Promise<readonly DataPoint<unknown>[]> {
  await metering.forceFlush()
  const all =
    metricExporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
  return all
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }) => dataPoints as DataPoint<unknown>[])
}

describe('the span of a request', () => {
  test('a token request is a server span with endpoint, client, grant type and outcome, and its storage calls are its children', async () => {
    const { token, client } = await start({}, { clientCacheSeconds: 0 })
    expect((await token(machine)).status).toBe(200)
    const span = spanNamed('oauth token')
    expect(span?.kind).toBe(SpanKind.SERVER)
    expect(span?.status.code).toBe(SpanStatusCode.UNSET)
    expect(span?.attributes).toMatchObject({
      'oauth.endpoint': 'token',
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'oauth.client.id': client.id,
      'oauth.grant_type': 'client_credentials',
      'oauth.outcome': 'success',
      'oauth.request.id': expect.stringMatching(/^[\da-f]{16}-/),
    })
    expect(span?.attributes['oauth.storage.calls']).toBeGreaterThan(0)
    expect(span?.events.map(({ name }) => name)).toContain('oauth.tokens.issued')
    const children = spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === span?.spanContext().spanId)
    expect(children.map(({ name }) => name)).toContain('storage accessTokens.insert')
  })

  test('reading a client that no cache has is one span and one call of the storage, named by its store', async () => {
    const storage = memoryStorage()
    const clients = { ...storage.clients, find: async (id: string) => storage.clients.find(id) }
    const { token } = await start({}, { clientCacheSeconds: 0, storage: { ...storage, clients } })
    expect((await token(machine)).status).toBe(200)
    const span = spanNamed('oauth token')
    const children = spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === span?.spanContext().spanId)
    expect(children.map(({ name }) => name)).toEqual(['storage clients.find', 'storage accessTokens.insert'])
    expect(span?.attributes['oauth.storage.calls']).toBe(2)
    const verbs = (await points('oauth.storage.call.duration')).map(
      ({ attributes }) => attributes['oauth.storage.verb'],
    )
    expect(verbs).not.toContain('find')
  })

  test('under the span of an instrumentation of HTTP, it is a child', async () => {
    const { provider } = await start()
    const outer = tracing.getTracer('http').startSpan('GET', { kind: SpanKind.SERVER })
    await context.with(trace.setSpan(context.active(), outer), () =>
      provider.fetch(new Request(`${provider.issuer}/jwks`)),
    )
    outer.end()
    const span = spanNamed('oauth jwks')
    expect(span?.parentSpanContext?.spanId).toBe(outer.spanContext().spanId)
    expect(span?.kind).toBe(SpanKind.INTERNAL)
  })

  test('a refusal has its error code and is no error of the server', async () => {
    const { token, client } = await start()
    expect((await token(machine, 'wrong')).status).toBe(401)
    expect(spanNamed('oauth token')?.attributes).toMatchObject({
      'error.type': 'invalid_client',
      'oauth.outcome': 'refused',
    })
    expect(spanNamed('oauth token')?.attributes).not.toHaveProperty('oauth.client.id')
    expect(spanNamed('oauth token')?.status.code).toBe(SpanStatusCode.UNSET)
    await token({ ...machine, scope: 'more' })
    expect(spanNamed('oauth token')?.attributes).toMatchObject({
      'error.type': 'invalid_scope',
      'oauth.client.id': client.id,
    })
  })

  test('a failure of the storage is an error, with the name of the error and not its message', async () => {
    const storage = memoryStorage()
    const { token } = await start(
      {},
      {
        storage: {
          ...storage,
          accessTokens: {
            ...storage.accessTokens,
            insert: () => Promise.reject(Object.assign(new RangeError('values (canary)'), { parameters: ['canary'] })),
          },
        },
      },
    )
    expect((await token(machine)).status).toBe(500)
    expect(spanNamed('oauth token')?.status.code).toBe(SpanStatusCode.ERROR)
    const call = spanNamed('storage accessTokens.insert')
    expect(call?.attributes['error.type']).toBe('RangeError')
    expect(JSON.stringify(spans().map(({ attributes, events, status }) => [attributes, events, status]))).not.toContain(
      'canary',
    )
  })

  test('without spans for the storage, requests have spans and the storage has its metrics', async () => {
    const { token } = await start({ storageSpans: false })
    await token(machine)
    expect(spans().filter(({ name }) => name.startsWith('storage'))).toEqual([])
    expect((await points('oauth.storage.call.duration')).length).toBeGreaterThan(0)
  })
})

describe('metrics', () => {
  test('issued tokens by kind and grant type, refusals by endpoint and error, and durations by endpoint', async () => {
    const { token } = await start()
    for (let time = 0; time < 3; time++) await token(machine)
    await token(machine, 'wrong')
    expect(await points('oauth.tokens.issued')).toMatchObject([
      { value: 3, attributes: { 'oauth.token.kind': 'access_token', 'oauth.grant_type': 'client_credentials' } },
    ])
    expect(await points('oauth.requests.refused')).toMatchObject([
      { value: 1, attributes: { 'oauth.endpoint': 'token', 'error.type': 'invalid_client' } },
    ])
    const durations = await points('oauth.server.request.duration')
    expect(
      durations.map(({ attributes, value }) => [attributes['oauth.outcome'], (value as { count: number }).count]),
    ).toEqual([
      ['success', 3],
      ['refused', 1],
    ])
    expect((await points('oauth.server.request.storage.duration')).length).toBe(2)
  })

  test('whatever clients send, the number of time series stays bounded (G54)', async () => {
    const { token, url } = await start()
    const send = async (index: number): Promise<void> => {
      await token({ grant_type: `invented-${index}` })
      await token({ ...machine, client_id: `invented-${index}`, scope: `invented-${index}` })
      await (await fetch(`${url}/invented-${index}`, { method: index % 2 === 0 ? 'GET' : 'PUT' })).text()
      await (await fetch(`${url}/oauth2/authorize?client_id=invented-${index}&error=x-${index}`)).text()
    }
    for (let index = 0; index < 20; index++) await send(index)
    await metering.forceFlush()
    const all =
      metricExporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
    expect(all.length).toBeGreaterThan(4)
    for (const { descriptor, dataPoints } of all) expect(dataPoints.length, descriptor.name).toBeLessThan(15)
    expect(JSON.stringify(all)).not.toContain('invented')
  })

  test('the client is in the metrics only by choice', async () => {
    const without = await start()
    await without.token(machine)
    await metering.forceFlush()
    expect(JSON.stringify(metricExporter.getMetrics())).toContain('oauth.tokens.issued')
    expect(JSON.stringify(metricExporter.getMetrics())).not.toContain(without.client.id)
    const chosen = await start({ clientInMetrics: true })
    await chosen.token(machine)
    const clients = (await points('oauth.tokens.issued')).map(({ attributes }) => attributes['oauth.client.id'])
    expect(clients).toContain(chosen.client.id)
  })
})

describe('requests that the server sends (G55)', () => {
  test.each<readonly [string, boolean]>([
    ['no traceparent to a stranger', false],
    ['traceparent to an origin that the host names', true],
  ])('an outbound request has a span with the origin and without the path, and %s (G55)', async (_name, asked) => {
    const received: { readonly path: string; readonly traceparent: string | undefined }[] = []
    const receiver = createServer((request, response) => {
      received.push({ path: request.url ?? '', traceparent: request.headers.traceparent as string | undefined })
      response.end()
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    servers.push(receiver)
    const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
    const world = createLogoutWorld({
      dangerouslyAllowPrivateAddresses: true,
      features: [openTelemetry(asked ? { propagateTo: [origin] } : {}), backChannelLogout()],
    })
    const client = await registerEnding(world, { backchannel_logout_uri: `${origin}/logout/canary-path` })
    const { browser, idToken } = await signInAt(world, client)
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    await browser.request(logoutUrl(world, parameters))
    await expect.poll(() => received.length).toBe(1)
    await expect.poll(() => spanNamed('oauth outbound POST') !== undefined).toBe(true)
    const span = spanNamed('oauth outbound POST')
    expect(span?.kind).toBe(SpanKind.CLIENT)
    expect(span?.attributes).toMatchObject({ 'server.address': '127.0.0.1', 'http.response.status_code': 200 })
    expect(JSON.stringify(span?.attributes)).not.toContain('canary')
    expect(received[0]?.path).toBe('/logout/canary-path')
    expect(received[0]?.traceparent).toBe(
      asked ? `00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01` : undefined,
    )
  })
})

describe('secrets (G11)', () => {
  test('no secret, token, code or cookie is in a span or a metric', async () => {
    const { token, url, client } = await start()
    const { body } = await token(machine)
    const secrets = [
      client.secret,
      body.access_token as string,
      'cookie-canary',
      'code-canary',
      'verifier-canary',
      'state-canary',
    ]
    await token({ grant_type: 'authorization_code', code: 'code-canary', code_verifier: 'verifier-canary' })
    await token(machine, 'wrong-secret-canary')
    await (
      await fetch(`${url}/oauth2/authorize?client_id=${client.id}&state=state-canary`, {
        headers: { cookie: 'session=cookie-canary' },
      })
    ).text()
    await (await fetch(`${url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${secrets[1]}` } })).text()
    await metering.forceFlush()
    const told = JSON.stringify([
      spans().map(({ name, attributes, events, status, links }) => [name, attributes, events, status, links]),
      metricExporter.getMetrics().map(({ scopeMetrics }) => scopeMetrics),
    ])
    expect(told).toContain('oauth.requests.refused')
    expect(told).toContain('oauth.grant_type')
    for (const secret of [...secrets, 'wrong-secret-canary']) expect(told).not.toContain(secret)
  })
})

describe('the feature', () => {
  test('without an SDK it changes nothing', async () => {
    trace.disable()
    metrics.disable()
    const { token } = await start()
    expect((await token(machine)).status).toBe(200)
    trace.setGlobalTracerProvider(tracing)
  })

  test.each<readonly [object, string]>([
    [{ spans: true }, 'unknown option spans'],
    [{ propagateTo: ['https://x.example.com/path'] }, 'must be an origin'],
  ])('openTelemetry(%j) says what to change', (options, message) => {
    expect(() => openTelemetry(options)).toThrow(message)
  })
})
