import { randomUUID } from 'node:crypto'
import { expressRequest } from '@oauth/express'
import type { PageSessions } from '@oauth/pages'
import type { Request } from 'express'
import { findUser, type User } from './users.ts'

declare module 'express-session' {
  interface SessionData {
    userId: string
    /** Seconds since the epoch. */
    authTime: number
    /** The id of the session for the provider. It differs from the cookie's value, which is a secret like a password. */
    publicId: string
  }
}

/** Sessions of `express-session`, which sets their cookie itself. */
export const sessions: PageSessions<User> = {
  getSession(request) {
    const { userId = '', authTime = 0, publicId = '' } = expressRequest<Request>(request)?.session ?? {}
    const user = findUser(userId)
    return user && { user, session: { id: publicId, authTime } }
  },
  async start(user, request) {
    const incoming = incomingOf(request)
    // Make a new cookie: an attacker may know the earlier one.
    await done((end) => incoming.session.regenerate(end))
    const authTime = Math.floor(Date.now() / 1000)
    Object.assign(incoming.session, { userId: user.id, authTime, publicId: randomUUID() })
    return []
  },
  async end(request) {
    await done((end) => incomingOf(request).session.regenerate(end))
    return []
  },
}

function incomingOf(request: globalThis.Request): Request {
  const incoming = expressRequest<Request>(request)
  if (incoming === undefined) throw new Error('The pages must be mounted with oauth() of @oauth/express.')
  return incoming
}

function done(begin: (end: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => begin((error) => (error ? reject(error) : resolve())))
}
