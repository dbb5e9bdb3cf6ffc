/** The settings that the samples of `docs/clients.md` read from the environment. */
export interface Settings {
  readonly issuer: string
  readonly clientId: string
  /** `undefined` for a client that has no secret. */
  readonly clientSecret: string | undefined
  readonly redirectUri: string | undefined
  /** The API that the access tokens are for. */
  readonly resource: string | undefined
}

/** Writes the lines of an `.env` file, which a shell reads as well. */
export function environmentLines({ issuer, clientId, clientSecret, redirectUri, resource }: Settings): string {
  const variables = {
    OAUTH_ISSUER: issuer,
    OAUTH_CLIENT_ID: clientId,
    OAUTH_CLIENT_SECRET: clientSecret,
    OAUTH_REDIRECT_URI: redirectUri,
    OAUTH_RESOURCE: resource,
  }
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${quoted(value)}`],
  )
  return lines.join('\n')
}

/** Quotes a value in which a shell would see more than text: a redirect URI may have `$(…)`, `&` and `'`. */
function quoted(value: string): string {
  return /^[\w:/.@%+=,?-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}
