import type { ProviderOptions } from '../config/options.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { RateLimiter } from '../contracts/rate-limit.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { createProvider } from '../provider.ts'
import type { Provider } from '../provider-types.ts'
import type { Storage } from '../storage/storage.ts'
import { checkTenantSecret } from './check-options.ts'
import type { TenantOptions, TenantsOptions } from './options.ts'
import { tenantNames } from './tenant-id.ts'
import { tenantLimiter } from './tenant-limiter.ts'
import { tenantLogger } from './tenant-logger.ts'
import { tenantSecret, tenantSecrets } from './tenant-secret.ts'
import { requireRanges, tenantStorage } from './tenant-storage.ts'

/** What the providers of all tenants share. */
export interface Shared {
  readonly tenants: TenantsOptions
  /** Counts for the tenants that bring no limiter. */
  readonly limiter: RateLimiter
}

const resolved = ['baseUrl', 'basePath', 'storage']

/**
 * Makes the provider of a tenant.
 * @throws {TypeError} when its options are wrong, or its issuer is that of another tenant
 */
export async function makeProvider(
  { tenants, limiter }: Shared,
  tenant: string,
  given: TenantOptions,
): Promise<Provider> {
  const taken = resolved.find((name) => (given as Readonly<Record<string, unknown>>)[name] !== undefined)
  if (taken !== undefined) {
    throw new TypeError(`options of the tenant ${tenant}: leave out ${taken}, which createTenants sets for each tenant`)
  }
  const secret = given.secret ?? tenants.secret
  if (secret === undefined) {
    throw new TypeError(`options of the tenant ${tenant}: secret is missing: give it here, or to createTenants`)
  }
  const { pairwiseSecret, oauthQuerySigningSecret, rateLimit } = given
  for (const [option, value] of Object.entries({ secret, pairwiseSecret, oauthQuerySigningSecret })) {
    if (value !== undefined) checkTenantSecret(tenant, option, value)
  }
  const options: ProviderOptions = {
    ...(tenants.clock !== undefined && { clock: tenants.clock }),
    ...given,
    ...tenants.resolve.locate(tenant),
    storage: ownStorage(tenants.storage, tenant),
    logger: given.logger ?? tenantLogger(tenants.logger, tenant),
    secret: await tenantSecrets(secret, tenant),
    ...(pairwiseSecret !== undefined && {
      pairwiseSecret: await tenantSecret(pairwiseSecret, tenant, 'pairwiseSecret'),
    }),
    ...(oauthQuerySigningSecret !== undefined && {
      oauthQuerySigningSecret: await tenantSecret(oauthQuerySigningSecret, tenant, 'oauthQuerySigningSecret'),
    }),
    ...(rateLimit !== undefined && {
      rateLimit: { ...rateLimit, limiter: tenantLimiter(rateLimit.limiter ?? limiter, tenant) },
    }),
    ...(tenants.onEvent !== undefined && { onEvent: tellBoth(tenants.onEvent, given.onEvent, tenant) }),
  }
  const provider = createProvider(options)
  const found = tenants.resolve.tenantOf(provider.issuer + endpointPaths.jwks)
  if (found === tenant) return provider
  throw new TypeError(
    `resolve: the issuer ${provider.issuer} of the tenant ${tenant} belongs to ${found ?? 'no tenant'}: tenantOf and locate must agree`,
  )
}

/** The storage of a tenant whose purge leaves the expired rows to the purge for all tenants. */
function ownStorage(storage: Storage, tenant: string): Storage {
  const { range } = tenantNames(tenant)
  const ranges = requireRanges(storage)
  return {
    ...tenantStorage(storage, tenant),
    purgeExpired: ({ limit, unusedClientsBefore: before }) =>
      before === undefined ? 0 : ranges.purgeUnusedClients({ ...range, before, limit }),
  }
}

type OnEvent = (event: OAuthEvent) => unknown

/** Calls both handlers, the second also when the first one fails. The server reports what either throws. */
function tellBoth(
  ofAll: NonNullable<TenantsOptions['onEvent']>,
  own: OnEvent | undefined,
  tenant: string,
): (event: OAuthEvent) => Promise<void> {
  return async (event) => {
    const told = [() => ofAll(event, tenant), () => own?.(event)].map(async (tell) => tell())
    for (const result of await Promise.allSettled(told)) if (result.status === 'rejected') throw result.reason
  }
}
