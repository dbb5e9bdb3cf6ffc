/**
 * How the `request_uri` of every pushed request begins ({@link https://www.rfc-editor.org/rfc/rfc9126#section-2.2 RFC 9126
 * section 2.2}).
 */
export const pushedRequestUriPrefix = 'urn:ietf:params:oauth:request_uri:'

/** Whether a `request_uri` has the form of that of a pushed request. It tells by the text alone. */
export function isPushedRequestUri(requestUri: string | undefined): boolean {
  return requestUri?.startsWith(pushedRequestUriPrefix) === true
}
