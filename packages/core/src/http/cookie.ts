/** Returns the value of a cookie of the request; `undefined` without it. */
export function readCookie(request: Request, name: string): string | undefined {
  const header = request.headers.get('cookie')
  if (header === null) return undefined
  for (const part of header.split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
  }
  return undefined
}

/**
 * Formats a `Set-Cookie` header (`HttpOnly`, `SameSite=Lax`): scripts cannot read the cookie, and browsers do not send
 * it with forms of other sites. `maxAge` is in seconds.
 */
export function formatCookie(
  name: string,
  value: string,
  options: { readonly maxAge: number; readonly secure: boolean },
): string {
  return `${name}=${value}; Path=/; Max-Age=${options.maxAge}; HttpOnly; SameSite=Lax${options.secure ? '; Secure' : ''}`
}
