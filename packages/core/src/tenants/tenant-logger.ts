import type { OAuthEvent } from '../contracts/events.ts'
import type { Logger, LogLevel } from '../contracts/logger.ts'
import { consoleLogger } from '../host/console-logger.ts'

/**
 * Makes the logger of one tenant from the one that all tenants share: what it logs names the tenant.
 * @param shared the option `logger` of `createTenants`
 */
export function tenantLogger(shared: Logger | false | undefined, tenant: string): Logger | false {
  if (shared === false) return false
  const logger = shared ?? consoleLogger()
  const naming = (level: LogLevel) => (event: OAuthEvent, message: string) =>
    logger[level]?.(withTenant(event, tenant), message)
  return {
    ...(logger.info !== undefined && { info: naming('info') }),
    ...(logger.warn !== undefined && { warn: naming('warn') }),
    ...(logger.error !== undefined && { error: naming('error') }),
    ...(logger.request !== undefined && { request: (end) => logger.request?.({ ...end, ...{ tenant } }) }),
  }
}

function withTenant(event: OAuthEvent, tenant: string): OAuthEvent {
  const named: OAuthEvent = { ...{ tenant }, ...event }
  const { toJSON } = event as { readonly toJSON?: () => object }
  // An event with a cause knows how to show that without credentials.
  if (toJSON !== undefined) {
    Object.defineProperty(named, 'toJSON', { value: () => ({ tenant, ...toJSON() }), enumerable: false })
  }
  return named
}
