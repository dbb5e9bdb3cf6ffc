import { createHash, timingSafeEqual } from 'node:crypto'
import { serve } from '@hono/node-server'
import { openKeys } from './keys.ts'

// The process with the keys. The authorization server has one secret, which lets it list and sign; the operator has
// another, which also rotates. Bind it to loopback, or put it behind mutual TLS.
const { SIGNER_PORT = '3010', SIGNER_SECRET, SIGNER_ADMIN_SECRET, KEYS = './keys.json' } = process.env
if (SIGNER_SECRET === undefined || SIGNER_ADMIN_SECRET === undefined) {
  throw new Error('SIGNER_SECRET and SIGNER_ADMIN_SECRET are not set: openssl rand -base64 48')
}
const secrets = { server: SIGNER_SECRET, admin: SIGNER_ADMIN_SECRET }
const keys = openKeys(KEYS)

function may(request: Request, who: keyof typeof secrets): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(request.headers.get('authorization') ?? ''), hash(`Bearer ${secrets[who]}`))
}

async function answer(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const kid = searchParams.get('kid') ?? ''
  switch (`${request.method} ${pathname}`) {
    case 'GET /healthz':
      return Response.json({ ok: true })
    case 'GET /keys':
      return may(request, 'server') ? Response.json(keys.list()) : new Response(null, { status: 401 })
    case 'POST /sign': {
      if (!may(request, 'server')) return new Response(null, { status: 401 })
      const signature = keys.sign(kid, new Uint8Array(await request.arrayBuffer()))
      return signature === undefined ? new Response(null, { status: 404 }) : new Response(new Uint8Array(signature))
    }
    case 'POST /rotate':
      if (!may(request, 'admin')) return new Response(null, { status: 401 })
      return Response.json({ kid: keys.rotate(Number(searchParams.get('activate_after') ?? 600)) })
    case 'POST /delete':
      if (!may(request, 'admin')) return new Response(null, { status: 401 })
      return new Response(null, { status: keys.delete(kid) ? 204 : 404 })
    default:
      return new Response(null, { status: 404 })
  }
}

serve({ port: Number(SIGNER_PORT), hostname: '127.0.0.1', fetch: answer }, () => {
  process.stdout.write(`the signer listens at http://127.0.0.1:${SIGNER_PORT}\n`)
})
