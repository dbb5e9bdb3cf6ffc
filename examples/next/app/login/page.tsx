import { pageRequest, type SearchParams } from '@oauth/next'
import { provider } from '../../lib/provider'

export default async function Login({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const request = await pageRequest(searchParams) // call it first: it tells Next not to render this page during the build
  const context = await provider().tryResolveLoginContext(request)
  const { failed } = await searchParams
  const state = context === undefined ? '' : `?${new URLSearchParams({ state: context.state })}`
  return (
    <>
      <h1>Sign in</h1>
      {context && (
        <p>
          Sign in to continue to <b>{context.clientName}</b>.
        </p>
      )}
      {failed && <p role="alert">No account has this e-mail and password.</p>}
      {/* A form for a route, and no server action: Next would follow the redirect itself, and the browser once more. */}
      <form method="post" action={`/login/submit${state}`}>
        <p>
          <label>
            E-mail <input name="email" type="email" autoComplete="username" required />
          </label>
        </p>
        <p>
          <label>
            Password <input name="password" type="password" autoComplete="current-password" required />
          </label>
        </p>
        <button type="submit">Sign in</button>
      </form>
    </>
  )
}
