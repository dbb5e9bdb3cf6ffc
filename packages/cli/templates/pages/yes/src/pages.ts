import type { LoginContext, Provider } from '@oauth/core'
import { signIn } from './sessions.ts'

/** Serves your login page and your consent page. */
export async function pages(provider: Provider, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url)
  if (pathname !== '/login' && pathname !== '/consent') return page('<h1>There is no such page</h1>', 404)
  const context = await provider.tryResolveLoginContext(request) // undefined in a browser that has not begun this
  if (context === undefined) return page('<h1>This sign-in is over</h1><p>Start again in your application.</p>', 400)
  if (pathname === '/consent') {
    return context.intent === 'consent' ? page(consentForm(context)) : redirect(context.returnTo)
  }
  if (request.method !== 'POST') return page(loginForm(context))
  const { origin, protocol } = new URL(provider.issuer)
  // Refuse forms of other sites: they could sign a user in to an account of the attacker.
  if (request.headers.get('origin') !== origin) return page('<h1>Another site sent this form</h1>', 403)
  const password = new URLSearchParams(await request.text()).get('password') ?? ''
  const cookie = signIn(password, protocol === 'https:')
  if (cookie === undefined) return page(loginForm(context, 'This password is wrong.'), 422)
  return redirect(context.returnTo, { 'set-cookie': cookie })
}

function loginForm({ clientName }: LoginContext, problem = ''): string {
  return `<h1>Sign in to continue to ${text(clientName)}</h1><p role="alert">${text(problem)}</p>
    <form method="post"><label>Password <input name="password" type="password"></label> <button>Sign in</button></form>`
}

function consentForm(context: LoginContext): string {
  const { clientName, clientIdHost, scopes, redirectHost, loopbackRedirect, consentEndpoint, state } = context
  return `<h1>${text(clientName)} asks for access</h1>
    ${clientIdHost === undefined ? '' : `<p>It describes itself at ${text(clientIdHost)}.</p>`}
    <p>It asks for ${text(scopes.join(', '))}. You will then be sent to ${text(redirectHost)}${
      loopbackRedirect ? ', a program on this computer: allow it only if you have just started it' : ''
    }.</p>
    <form method="post" action="${text(consentEndpoint)}"><input type="hidden" name="state" value="${text(state)}">
    <button name="accept" value="true">Allow</button> <button name="accept" value="false">Deny</button></form>`
}

/** Escapes text of an application for HTML. */
function text(value: string): string {
  return value.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}

function page(body: string, status = 200): Response {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title><body>${body}</body></html>`
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  }
  return new Response(html, { status, headers })
}

function redirect(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, { status: 303, headers: { ...headers, location, 'cache-control': 'no-store' } })
}
