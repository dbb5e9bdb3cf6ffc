import { parse, serialize } from 'hono/utils/cookie'

export interface Cookie {
  read(request: Request): string | undefined
  /** Makes a `Set-Cookie` value. */
  write(value: string, maxAge?: number): string
  clear(): string
}

/**
 * A cookie that scripts cannot read and other sites' forms do not send. Over https it carries the `__Host-` prefix, so
 * that no other host of the domain can set it.
 */
export function createCookie(plainName: string, baseUrl: string): Cookie {
  const secure = baseUrl.startsWith('https:')
  const name = secure ? `__Host-${plainName}` : plainName
  const attributes = { path: '/', httpOnly: true, sameSite: 'Lax', secure } as const
  return {
    read: (request) => parse(request.headers.get('cookie') ?? '', name)[name],
    write: (value, maxAge) => serialize(name, value, maxAge === undefined ? attributes : { ...attributes, maxAge }),
    clear: () => serialize(name, '', { ...attributes, maxAge: 0 }),
  }
}
