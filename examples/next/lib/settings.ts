export const baseUrl = process.env.BASE_URL ?? `http://localhost:${process.env.PORT ?? 3000}`
/** The identifier of the API, which clients send as `resource` to get a token for it. */
export const apiUrl = `${baseUrl}/api`
export const database = process.env.DATABASE ?? './oauth.db'

/** Reads the settings at the first request: during the build of Next, there is no secret. */
export function secret(): string {
  const { OAUTH_SECRET } = process.env
  if (OAUTH_SECRET === undefined) throw new Error('OAUTH_SECRET is not set: openssl rand -base64 48')
  return OAUTH_SECRET
}
