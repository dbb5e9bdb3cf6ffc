import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'

/** A public client of the new server. */
export interface NewClient {
  readonly id: string
  readonly name: string
  readonly redirectUri: string
}

/** Signs the demo user in as a browser does: login page, consent page, code, tokens. */
export async function signInAtNewServer(
  discovery: Readonly<Record<string, string>>,
  { id: clientId, name, redirectUri }: NewClient,
  password: string,
): Promise<unknown> {
  const verifier = randomBytes(32).toString('base64url')
  const cookies = new Map<string, string>()
  const origin = new URL(discovery.issuer ?? '').origin
  const visit = async (
    url: string | URL,
    form?: Readonly<Record<string, string>>,
    from = origin,
  ): Promise<Response> => {
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '), origin: from }
    const body = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }
    const response = await fetch(new URL(url, origin), { headers, redirect: 'manual', ...body })
    for (const line of response.headers.getSetCookie()) {
      const [, cookie = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(cookie, value)
    }
    return response
  }
  const target = (response: Response): URL => new URL(response.headers.get('location') ?? '', origin)
  const request = new URL(discovery.authorization_endpoint ?? '')
  request.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: clientId, redirect_uri: redirectUri, scope: 'openid', state: 's' },
    ...{ code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' },
  }).toString()

  const login = target(await visit(request))
  expect(login.pathname).toBe('/login')
  const page = await (await visit(login)).text()
  expect(page).toContain(name.replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
  const [, form_token = ''] = /name="form_token" value="([^"]+)"/.exec(page) ?? []
  const form = { email: 'ada@example.com', form_token }
  expect((await visit(login, { ...form, password: 'wrong' })).status).toBe(422)
  // A form of another site must not sign the user in, even with the right password and the cookies of the browser.
  expect((await visit(login, { ...form, password }, 'https://evil.example')).status).toBe(403)
  let next = target(await visit(login, { ...form, password }))
  if (next.pathname !== '/consent') next = target(await visit(next))
  const consent = await (await visit(next)).text()
  const [, action = ''] = /action="([^"]+)"/.exec(consent) ?? []
  const [, state = ''] = /name="state" value="([^"]+)"/.exec(consent) ?? []
  const back = target(await visit(action, { state, accept: 'true' }))
  expect(back.origin).toBe(new URL(redirectUri).origin)
  const answer = await fetch(discovery.token_endpoint ?? '', {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', client_id: clientId, redirect_uri: redirectUri },
      ...{ code: back.searchParams.get('code') ?? '', code_verifier: verifier },
    }),
  })
  return answer.json()
}
