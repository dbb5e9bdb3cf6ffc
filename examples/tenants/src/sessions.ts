import { randomBytes } from 'node:crypto'
import type { SignedIn } from '@oauth/core'
import type { User } from './customers.ts'

/** Sessions by tenant, and by the value of the cookie. A session of one tenant is not found at another. */
const sessions = new Map<string, Map<string, SignedIn<User>>>()

/** All tenants share an origin here, so the tenant is in the name and in the path of the cookie. */
const cookieName = (tenant: string): string => `session-${tenant}`

/** Returns who is signed in at this tenant. */
export function currentSession(tenant: string, request: Request): SignedIn<User> | undefined {
  const name = `${cookieName(tenant)}=`
  const cookies = (request.headers.get('cookie') ?? '').split('; ')
  const value = cookies.find((cookie) => cookie.startsWith(name))?.slice(name.length)
  return value === undefined ? undefined : sessions.get(tenant)?.get(value)
}

/** Signs a user in at this tenant, and returns the cookie for the browser. */
export function startSession(tenant: string, user: User, secure: boolean): string {
  const value = randomBytes(32).toString('base64url')
  const own = sessions.get(tenant) ?? new Map<string, SignedIn<User>>()
  own.set(value, { user, session: { id: randomBytes(16).toString('hex'), authTime: Math.floor(Date.now() / 1000) } })
  sessions.set(tenant, own)
  return `${cookieName(tenant)}=${value}; Path=/t/${tenant}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}
