import { pathOf } from '../http/target.ts'
import { requireBaseUrl, type TenantResolver } from './resolver.ts'
import { isTenantId } from './tenant-id.ts'

export interface TenantsByPathOptions {
  /** The URL below which the tenants are. */
  readonly baseUrl: string
  /** The path below which the tenants are, with one slash at its beginning and none at its end. Default: `/t`. */
  readonly path?: string
  /** The path of the issuer below that of the tenant. It may be empty. Default: `/auth`. */
  readonly basePath?: string
}

/**
 * Tells tenants apart by a segment of the path: with `https://auth.example.com`, the issuer of the tenant `acme` is
 * `https://auth.example.com/t/acme/auth`. Pages such as `login` (`loginUrl` without a slash) are at
 * `https://auth.example.com/t/acme/login`.
 *
 * All tenants share an origin, and so the cookies and scripts of your pages: read "Cookies and sessions" in `docs/tenants.md`.
 * @throws {TypeError} when `baseUrl` is not a URL, or `path` not a path
 * @example
 * tenantsByPath({ baseUrl: 'https://auth.example.com', path: '/t' })
 */
export function tenantsByPath({ baseUrl, path = '/t', basePath = '/auth' }: TenantsByPathOptions): TenantResolver {
  const base = requireBaseUrl('tenantsByPath', baseUrl)
  if (!/^(?:\/[A-Za-z0-9_~-]+)+$/.test(path)) {
    throw new TypeError('tenantsByPath: path must begin with / and not end with it, as /t does')
  }
  const below = base.pathname.replace(/\/+$/, '') + path
  // RFC 8414 puts the well-known part of a discovery document before the path of the issuer.
  const segment = new RegExp(`^(?:/\\.well-known/[a-z-]+)?${below.replaceAll('.', '\\.')}/([^/]+)(?:/|$)`)

  return Object.freeze<TenantResolver>({
    tenantOf(url) {
      const tenant = segment.exec(pathOf(url))?.[1]
      return isTenantId(tenant) ? tenant : undefined
    },
    locate: (tenant) => ({ baseUrl: `${base.origin}${below}/${tenant}`, basePath }),
    originOf: () => base.origin,
  })
}
