/**
 * An `Authorization` header: its scheme in lower case, and the rest ({@link
 * https://www.rfc-editor.org/rfc/rfc9110#section-11.6.2 RFC 9110 section 11.6.2}).
 */
export interface Authorization {
  readonly scheme: string
  readonly credentials: string
}

export function readAuthorization(request: Request): Authorization | undefined {
  const header = request.headers.get('authorization')
  if (header === null) return undefined
  const space = header.indexOf(' ')
  if (space < 0) return { scheme: header.toLowerCase(), credentials: '' }
  return { scheme: header.slice(0, space).toLowerCase(), credentials: header.slice(space + 1).trim() }
}
