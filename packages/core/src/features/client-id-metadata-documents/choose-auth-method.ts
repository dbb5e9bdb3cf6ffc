/** How a client that is a document authenticates. */
export interface AuthMethodChoice {
  readonly method: string
  /** All methods that both sides know, when there are several. The client may use any of them. */
  readonly methods?: readonly string[]
}

/**
 * Chooses the authentication method of a client from its document: `token_endpoint_auth_method` and
 * `token_endpoint_auth_methods_supported` ({@link
 * https://openid.net/specs/openid-connect-rp-metadata-choices-1_0-final.html OpenID Connect Relying Party Metadata
 * Choices}). A document cannot learn what was chosen. So a client that offers `none` among others counts as public, as
 * anybody could act in its name; whatever else it sends is still verified.
 * @param offered the methods of this server
 * @returns the choice, or a text that completes "the document"
 */
export function chooseAuthMethod(
  document: Readonly<Record<string, unknown>>,
  offered: readonly string[],
): AuthMethodChoice | string {
  const { token_endpoint_auth_method: preferred, token_endpoint_auth_methods_supported: choices } = document
  if (isSecretMethod(preferred)) {
    return `must not have the token_endpoint_auth_method ${preferred}: a document has no secret`
  }
  const listed: readonly unknown[] = Array.isArray(choices) && choices.length > 0 ? choices : []
  // Without any word the default of RFC 7591 would be client_secret_basic, which a document cannot have.
  const first = preferred ?? (listed.length === 0 ? 'none' : undefined)
  const possible = offered.filter((method) => !isSecretMethod(method))
  const methods = possible.filter((method) => method === first || listed.includes(method))
  const method = methods.includes('none') ? 'none' : (methods.find((one) => one === first) ?? methods[0])
  if (method === undefined) {
    return `offers no token_endpoint_auth_method of this server, which are ${possible.join(', ')}`
  }
  return { method, ...(methods.length > 1 && { methods }) }
}

/** Tells whether a method needs a secret that client and server share. */
function isSecretMethod(method: unknown): boolean {
  return typeof method === 'string' && method.startsWith('client_secret_')
}
