import type { ResponseMode } from '../contracts/response-mode.ts'
import { redirect, withFragment, withParameters } from '../http/redirect.ts'
import { formPost } from '../pages/form-post.ts'

/** Sends the parameters in the query of the redirect URI: the default of the response type `code`. */
const query: ResponseMode = {
  name: 'query',
  respond: (_ctx, request, { redirectUri }, parameters) => redirect(request, withParameters(redirectUri, parameters)),
}

/** Sends the parameters in the fragment: scripts of the client's page see them, its server and logs do not. */
const fragment: ResponseMode = {
  name: 'fragment',
  respond: (_ctx, request, { redirectUri }, parameters) => redirect(request, withFragment(redirectUri, parameters)),
}

/**
 * Sends the parameters in a form that the browser posts ({@link
 * https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html Form Post Response Mode}).
 */
const formPostMode: ResponseMode = {
  name: 'form_post',
  // The operating system opens an app with a URI of its own scheme, but passes no body on: the code would be lost.
  problem: (redirectUri) =>
    /^https?:/i.test(redirectUri) ? undefined : 'form_post needs a redirect URI with http or https',
  respond: formPost,
}

/** The built-in response modes, in the order in which discovery publishes them. Features add others. */
export const responseModes: readonly ResponseMode[] = [query, fragment, formPostMode]
