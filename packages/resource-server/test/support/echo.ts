import { type AuthInfo, requireScopes } from '@oauth/resource-server'

/** What the routes of `describeMiddleware` answer for a caller. */
export async function answerOf(path: string, auth: AuthInfo, read: () => Promise<string>): Promise<object> {
  if (path.endsWith('/throws')) requireScopes(auth, ['notes:write'])
  if (path.endsWith('/fails')) throw new RangeError('the handler is broken')
  const { subject, clientId, scopes, token, expiresAt, resource, extra } = auth
  const sdk = { token, expiresAt, resource: resource.href, extra: { subject: extra.subject } }
  return { subject, clientId, scopes, sdk, body: await read() }
}
