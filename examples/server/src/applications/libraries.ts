import type { Kind } from './kinds.ts'

/**
 * Which kinds of application the libraries of `docs/clients.md` are for. The first pattern that matches the heading of the
 * section counts: what it says in brackets stands before the names, and exact names before general ones.
 */
const purposes: readonly (readonly [heading: RegExp, kinds: readonly Kind[]])[] = [
  [/^another library$/i, ['web', 'spa', 'native', 'api', 'machine']],
  [/\(.*\bAPIs?\b.*\)/, ['api']],
  [/\(.*\bmachines?\b.*\)/i, ['machine']],
  [/\(.*\b(?:single.page|browser|SPAs?)\b.*\)/i, ['spa']],
  [/\(.*\b(?:native|command.line|CLI|desktop|mobile)\b.*\)/i, ['native']],
  [/go-oidc/i, ['web', 'native', 'api', 'machine']],
  [/zitadel/i, ['web', 'native', 'api']],
  // It needs a client without PKCE, which only the server side can register.
  [/passport-openidconnect/i, []],
  [/^openidconnect$/i, ['web', 'native']],
  [/introspect|resource server|mod_oauth2/i, ['api']],
  [/pyjwt|joserfc|jwcrypto|\bjose\b|jsonwebtoken|jwks-rsa|jwtverifier|newverifier|@oauth\/resource-server/i, ['api']],
  [/oidc-client-ts/i, ['spa']],
  [/fastmcp|mcp sdk/i, ['native', 'api']],
  [/flask-oidc|mod_auth_openidc/i, ['web', 'api']],
  [/starlette|fastapi|flask|django|allauth|auth\.js|passport|express|next\.?js|nextauth|oauth2-proxy/i, ['web']],
  [/spring/i, ['web', 'machine']],
  [/oauth4webapi/i, ['web', 'spa', 'native', 'machine']],
  // Those whose sample works without a secret are for native applications too.
  [/^authlib$/i, ['web', 'native', 'machine']],
  [/requests-oauthlib/i, ['web', 'machine']],
  [/openid-client|pyoidc/i, ['web']],
  [/oauth2\b/i, ['api', 'machine']],
  [/nimbus/i, ['web', 'api', 'machine']],
]

/** Tells whether a library is for applications of this kind. */
export function suits(library: string, kind: Kind): boolean {
  return kindsOf(library)?.includes(kind) === true
}

/** Returns the kinds that a library is for; `undefined` when this file does not know the library. */
export function kindsOf(library: string): readonly Kind[] | undefined {
  return purposes.find(([heading]) => heading.test(library))?.[1]
}
