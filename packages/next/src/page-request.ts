import { headers } from 'next/headers.js'

/** The `searchParams` of a page. */
export type SearchParams = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * Makes the `Request` that a page or a server action passes to the provider:
 * `provider.resolveLoginContext(await pageRequest(searchParams))`. It has the query and the headers of the page's request;
 * its path has no meaning.
 */
export async function pageRequest(searchParams: SearchParams | Promise<SearchParams>): Promise<Request> {
  const url = new URL('http://localhost/')
  for (const [name, values] of Object.entries(await searchParams)) {
    for (const value of [values ?? []].flat()) url.searchParams.append(name, value)
  }
  return new Request(url, { headers: new Headers(await headers()) })
}
