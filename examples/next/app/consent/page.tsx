import { pageRequest, type SearchParams } from '@oauth/next'
import { redirect } from 'next/navigation'
import { provider } from '../../lib/provider'

export default async function Consent({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const request = await pageRequest(searchParams) // call it first: it tells Next not to render this page during the build
  const context = await provider().tryResolveLoginContext(request)
  if (context === undefined) return <p>This sign-in is over. Go back to the application and start again.</p>
  if (context.intent !== 'consent') redirect(context.returnTo)
  return (
    <>
      <h1>{context.clientName} asks for access</h1>
      <p>It asks to use:</p>
      <ul>
        {context.scopes.map((scope) => (
          <li key={scope}>{scope}</li>
        ))}
      </ul>
      {context.clientIdHost && (
        <p>
          It describes itself at <b>{context.clientIdHost}</b>.
        </p>
      )}
      <p>
        You will then be sent to <b>{context.redirectHost}</b>
        {context.loopbackRedirect && ', a program on this computer: allow it only if you have just started it'}.
      </p>
      <form method="post" action={context.consentEndpoint}>
        <input type="hidden" name="state" value={context.state} />
        <button type="submit" name="accept" value="true">
          Allow
        </button>{' '}
        <button type="submit" name="accept" value="false">
          Deny
        </button>
      </form>
    </>
  )
}
