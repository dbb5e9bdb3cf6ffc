import type { LoginContext } from '@oauth/core'
import { provider, sessions, user } from '../../lib/auth'

export async function GET(request: Request): Promise<Response> {
  const context = await provider().tryResolveLoginContext(request) // undefined in a browser that has not begun this
  if (context === undefined) return page('This sign-in is over. Start again in your application.', 400)
  return page(context.intent === 'consent' ? consentPage(context) : loginPage(context))
}

export async function POST(request: Request): Promise<Response> {
  const context = await provider().tryResolveLoginContext(request)
  if (context === undefined || (await request.formData()).get('password') !== user.password) return GET(request)
  const sid = crypto.randomUUID()
  sessions.set(sid, { user, session: { id: crypto.randomUUID(), authTime: Math.floor(Date.now() / 1000) } })
  const cookie = `sid=${sid}; Path=/; HttpOnly; SameSite=Lax${provider().issuer.startsWith('https:') ? '; Secure' : ''}`
  return new Response(null, { status: 303, headers: { location: context.returnTo, 'set-cookie': cookie } })
}

const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "frame-ancestors 'none'" }
const page = (html: string, status = 200) =>
  new Response(html, { status, headers: { ...headers, 'cache-control': 'no-store' } })
const text = (value: string): string => value.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)

const loginPage = ({ clientName }: LoginContext) => `<h1>Sign in to continue to ${text(clientName)}</h1>
  <form method="post"><input name="password" type="password"> <button>Sign in</button></form>`

const consentPage = (context: LoginContext) => `<h1>${text(context.clientName)} asks for access</h1>
  <p>Nobody has checked this name. It comes from ${text(context.clientIdHost ?? 'the application itself')}.</p>
  <p>It asks for ${text(context.scopes.join(', '))} at ${text(context.resources.join(', '))}.
    You will then be sent to ${text(context.redirectHost)}.</p>
  ${context.loopbackRedirect ? 'Any program on this computer could use this name. Have you just started it?' : ''}
  <form method="post" action="${context.consentEndpoint}"><input type="hidden" name="state" value="${context.state}">
    <button name="accept" value="true">Allow</button> <button name="accept" value="false">Deny</button></form>`
