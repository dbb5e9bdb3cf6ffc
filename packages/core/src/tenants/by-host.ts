import { requireBaseUrl, type TenantResolver } from './resolver.ts'
import { isTenantId } from './tenant-id.ts'

export interface TenantsByHostOptions {
  /** The URL whose host the ids of tenants stand before, without a path. */
  readonly baseUrl: string
  /** The path of the issuer on each host. It may be empty. Default: `/auth`. */
  readonly basePath?: string
}

/**
 * Tells tenants apart by the first label of the host name: with `https://auth.example.com`, the issuer of the tenant `acme` is
 * `https://acme.auth.example.com/auth`. Browsers keep the cookies and the storage of such tenants apart.
 *
 * Upper case, a port and a dot at the end of the host name make no difference. The certificate and the DNS entry have to cover
 * all names (`*.auth.example.com`), and a proxy has to pass the `Host` header on.
 * @throws {TypeError} when `baseUrl` is not a URL, or has a path
 * @example
 * tenantsByHost({ baseUrl: 'https://auth.example.com' })
 */
export function tenantsByHost({ baseUrl, basePath = '/auth' }: TenantsByHostOptions): TenantResolver {
  const base = requireBaseUrl('tenantsByHost', baseUrl)
  if (base.pathname !== '/') throw new TypeError('tenantsByHost: baseUrl must have no path: use basePath')
  const parent = `.${base.hostname}`

  /** The first label alone: a tenant has no tenants of its own. */
  const labelOf = (hostname: string): string | undefined => {
    const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
    const label = name.endsWith(parent) ? name.slice(0, -parent.length) : ''
    return isTenantId(label) && /^[a-z0-9-]+$/.test(label) ? label : undefined
  }
  const originFor = (tenant: string): string =>
    `${base.protocol}//${tenant}${parent}${base.port === '' ? '' : `:${base.port}`}`

  return Object.freeze<TenantResolver>({
    tenantOf(url) {
      const hostname = hostnameOf(url)
      return hostname === undefined ? undefined : labelOf(hostname)
    },
    locate: (tenant) => ({ baseUrl: originFor(tenant), basePath }),
    originOf(host) {
      const hostname = /^([a-z0-9.-]+)(?::\d+)?$/i.exec(host ?? '')?.[1]
      const tenant = hostname === undefined ? undefined : labelOf(hostname.toLowerCase())
      return tenant === undefined ? base.origin : originFor(tenant)
    },
  })
}

/** Returns the host name of a URL. A URL parser takes as long as a small request, so it gets only what is not plain. */
function hostnameOf(url: string): string | undefined {
  const plain = /^https?:\/\/([a-z0-9.-]+)(?::\d+)?(?:[/?#]|$)/.exec(url)?.[1]
  if (plain !== undefined) return plain
  return URL.canParse(url) ? new URL(url).hostname : undefined
}
