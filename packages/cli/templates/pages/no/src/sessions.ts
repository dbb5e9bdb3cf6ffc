import type { BaseUser, SignedIn } from '@oauth/core'

/** What the provider asks your application. Look the user up in your own sessions and users here. */
export const authentication = {
  getSession: (_request: Request): SignedIn<BaseUser> | undefined => undefined,
  getUser: (_id: string): BaseUser | undefined => undefined,
}
