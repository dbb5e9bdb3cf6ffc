import { provider, sessions, user } from '../../lib/auth'
import { consentPage, loginPage } from '../../lib/pages'

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
