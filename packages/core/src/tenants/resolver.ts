/** Where the issuer of a tenant is: the two options of `createProvider` with these names. */
export interface TenantLocation {
  readonly baseUrl: string
  /** Default: `/auth`. */
  readonly basePath?: string
}

/**
 * Says which tenant a URL belongs to, and where a tenant is. `tenantsByHost` and `tenantsByPath` make one. Only the URL decides,
 * since the issuer of a tenant is a URL; a header such as `X-Forwarded-Host`, which any client can send, does not.
 */
export interface TenantResolver {
  /** Returns the id of the tenant that a URL belongs to, or `undefined`. It need not exist. */
  readonly tenantOf: (url: string) => string | undefined
  /** Returns where a tenant is. `tenantOf` must return the same tenant for every URL below its issuer. */
  readonly locate: (tenant: string) => TenantLocation
  /**
   * Returns the origin of the URL of a request to Node, from its `Host` header, which is absent or may be forged. Whatever it
   * returns only says which tenant is asked: published URLs come from `locate`.
   */
  readonly originOf: (host: string | undefined) => string
}

/**
 * Checks the base URL of a resolver.
 * @throws {TypeError} when it is not an absolute URL without query, fragment and user
 */
export function requireBaseUrl(resolver: string, baseUrl: unknown): URL {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol) && !/[?#@]/.test(baseUrl as string)) return url
  throw new TypeError(`${resolver}: baseUrl must be a URL, as https://auth.example.com is, without a query`)
}
