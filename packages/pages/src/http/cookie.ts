/** Returns the value of a cookie of the request; `undefined` without it. */
export function readCookie(request: Request, name: string): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
  }
  return undefined
}

/** A cookie that scripts cannot read and forms of other sites do not send. */
export interface Cookie {
  read(request: Request): string | undefined
  /**
   * Makes a `Set-Cookie` value.
   * @param maxAge seconds; without it the cookie ends with the browser
   */
  write(value: string, maxAge?: number): string
  clear(): string
}

/** Makes a cookie. Over https it has the prefix `__Host-`, so that no other host of the domain can set it. */
export function createCookie(plainName: string, secure: boolean): Cookie {
  const name = secure ? `__Host-${plainName}` : plainName
  const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return {
    read: (request) => readCookie(request, name),
    write: (value, maxAge) => `${name}=${value}; ${maxAge === undefined ? '' : `Max-Age=${maxAge}; `}${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  }
}
