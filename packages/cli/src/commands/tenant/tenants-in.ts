import type { RangeStore } from '@oauth/core'

/** All ids that begin with the id of a tenant: a digit or a lower-case letter comes first. */
const everything = { from: '0', below: '{' }

/**
 * Finds the tenants that have clients or signing keys in the storage that they share, in the order of their ids. It reads no more
 * than a page of clients for each.
 */
export async function tenantsIn(ranges: RangeStore, page = 100): Promise<readonly string[]> {
  const keys = await ranges.listSigningKeys(everything)
  const found = new Set(keys.flatMap(({ algorithm }) => tenantOf(algorithm) ?? []))
  let next: { readonly from: string; readonly after?: string } | undefined = everything
  while (next !== undefined) {
    const clients: readonly { readonly id: string }[] = await ranges.listClients({
      ...everything,
      ...next,
      limit: page,
    })
    for (const { id } of clients) {
      const tenant = tenantOf(id)
      if (tenant !== undefined) found.add(tenant)
    }
    const last = clients.length < page ? undefined : clients.at(-1)?.id
    // Behind all clients of the tenant that came last.
    next = last === undefined ? undefined : placeAfter(last)
  }
  return [...found].sort()
}

function placeAfter(id: string): { readonly from: string; readonly after?: string } {
  const tenant = tenantOf(id)
  // The semicolon follows the colon, which ends the name of a tenant in an id.
  return tenant === undefined ? { from: everything.from, after: id } : { from: `${tenant};` }
}

/** A storage that has served one issuer before has ids without a tenant. */
function tenantOf(id: string): string | undefined {
  return /^([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?):/.exec(id)?.[1]
}
