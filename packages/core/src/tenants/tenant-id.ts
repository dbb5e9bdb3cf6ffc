import type { IdRange } from '../storage/range.ts'
import { longestId } from '../storage/stored-id.ts'

/** The longest id of a tenant, in characters: as long as a label of a host name. */
const longestTenantId = 63

/** How many characters the ids of clients, users and everything else may have inside a tenant. */
export const longestIdInside: number = longestId - longestTenantId - 1

/**
 * Tells whether a text can be the id of a tenant: 1 to 63 lower-case letters, digits, and between them `-`, `_` and `.`. So a
 * label of a host name is one, a short host name is one, and no two of them differ in case alone.
 */
export function isTenantId(text: unknown): text is string {
  return typeof text === 'string' && text.length <= longestTenantId && /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/.test(text)
}

/**
 * Returns the id of a tenant.
 * @throws {TypeError} when the text cannot be one
 */
export function requireTenantId(text: unknown): string {
  if (isTenantId(text)) return text
  throw new TypeError(
    `tenant: the id must be 1 to ${longestTenantId} lower-case letters, digits, and - _ . between them; it is ${JSON.stringify(text)}`,
  )
}

/** The names of one tenant in a storage that many tenants share: each begins with the tenant's id and a colon. */
export interface TenantNames {
  /** Returns the name in the shared storage. */
  readonly inside: (name: string) => string
  /**
   * Returns the name that the tenant knows.
   * @throws {Error} when the name belongs to another tenant, which only an adapter with a fault can answer
   */
  readonly outside: (stored: string) => string
  /** All names of the tenant in the shared storage. */
  readonly range: IdRange
}

/**
 * Makes the names of a tenant. No id of a tenant contains a colon, so the names of two tenants never overlap.
 * @throws {TypeError} when the text is no id of a tenant
 */
export function tenantNames(tenant: string): TenantNames {
  const prefix = `${requireTenantId(tenant)}:`
  return {
    inside: (name) => prefix + name,
    outside(stored) {
      if (stored.startsWith(prefix)) return stored.slice(prefix.length)
      throw new Error(`the storage answered the tenant ${tenant} with a row of another tenant: correct the adapter`)
    },
    // The semicolon follows the colon.
    range: { from: prefix, below: `${tenant};` },
  }
}
