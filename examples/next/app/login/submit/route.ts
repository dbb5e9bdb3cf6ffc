import { provider } from '../../../lib/provider'
import { startSession } from '../../../lib/sessions'
import { baseUrl } from '../../../lib/settings'
import { authenticate } from '../../../lib/users'

export async function POST(request: Request): Promise<Response> {
  // Refuse forms of other sites: they could sign a user in to an account of the attacker.
  if (request.headers.get('origin') !== new URL(baseUrl).origin) return new Response('Forbidden', { status: 403 })
  const context = await provider().tryResolveLoginContext(request)
  const form = new URLSearchParams(await request.text())
  const user = authenticate(form.get('email') ?? '', form.get('password') ?? '')
  if (user === undefined) {
    const query = new URLSearchParams({ ...(context && { state: context.state }), failed: '1' })
    return seeOther(`${baseUrl}/login?${query}`)
  }
  return seeOther(context?.returnTo ?? baseUrl, { 'set-cookie': startSession(user) })
}

function seeOther(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { ...headers, location, 'cache-control': 'no-store' } })
}
