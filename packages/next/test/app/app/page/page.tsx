import type { Provider } from '@oauth/core'
import { pageRequest, type SearchParams } from '@oauth/next'
import { provider } from '../../provider'

export default async function Page({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const request = await pageRequest(searchParams)
  const context = await (provider() as Provider).tryResolveLoginContext(request)
  return <p>{context === undefined ? 'nothing' : `client ${context.clientId}, step ${context.intent}`}</p>
}
