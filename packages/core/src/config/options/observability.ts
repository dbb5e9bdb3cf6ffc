import type { OAuthEvent } from '../../contracts/events.ts'
import type { HealthPages } from '../../contracts/health-pages.ts'
import type { Logger } from '../../contracts/logger.ts'
import type { RequestEnd } from '../../contracts/request-end.ts'
import type { RequestIdOptions } from '../../contracts/request-id.ts'

/** What the operator sees of the server: logs, events, the ends of requests, and whether it is ready. */
export interface ObservabilityOptions {
  /**
   * Where the server logs. Default: `consoleLogger()`, which writes one line an event to the console. Give it options, pass
   * a logger of your own such as that of pino, or `false` for none. Lines contain no secrets, and nobody can forge one.
   * @example
   * // For a program that collects logs, and without the events of every day.
   * logger: consoleLogger({ format: 'json', level: 'warn' })
   */
  readonly logger?: Logger | false | undefined
  /**
   * Called with every event: what happened, with the true reason and without credentials. The server does not wait for
   * it. When it throws or rejects, the server prints that with `console.error`, at most once a minute, and the request
   * goes on. It hears the same as the logger, which goes on beside it. `JSON.stringify(event)` shows the name, message, code
   * and causes of its `cause`, without credentials.
   * @example
   * onEvent: (event) => {
   *   if (event.type === 'refresh_token.replayed') alarm(event)
   * }
   */
  readonly onEvent?: ((event: OAuthEvent) => void) | undefined
  /**
   * Called at the end of each request: endpoint, client, grant type, status, outcome, and how long it and its storage took.
   * The server does not wait for it. Without it, and without a logger for requests, nothing is measured.
   * @example
   * onRequestEnd: ({ endpoint, outcome, durationMilliseconds }) => latency.observe({ endpoint, outcome }, durationMilliseconds)
   */
  readonly onRequestEnd?: ((end: RequestEnd) => void) | undefined
  /**
   * Where the id of a request comes from and goes to. Default: the server makes one. It is in the request's events, on error
   * pages, and in answers with the status 500 and 503 as `request_id`.
   * @example
   * // The proxy sets the header in every request, and removes what the client sent.
   * requestId: { fromHeader: 'x-request-id', toHeader: 'x-request-id' }
   */
  readonly requestId?: RequestIdOptions | undefined
  /**
   * Serves two pages for whoever starts and stops this process: `/healthz` answers 200 while it runs and asks nobody;
   * `/readyz` answers 200 or 503 by `provider.ready()`, within two seconds, and checks at most once a second. Neither says what
   * is wrong; the event `readiness.changed` does. `true`, or other paths. Default `false`.
   */
  readonly healthPages?: boolean | HealthPages | undefined
}
