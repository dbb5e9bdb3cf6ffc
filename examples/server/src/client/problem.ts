import * as oauth from 'oauth4webapi'

/** Describes an OAuth error in a line for the page. Returns `undefined` for any other error (a bug or the network). */
export function describeProblem(error: unknown): string | undefined {
  if (error instanceof oauth.ResponseBodyError) return join(error.status, error.error, error.error_description)
  if (error instanceof oauth.AuthorizationResponseError) return join(undefined, error.error, error.error_description)
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const { scheme, parameters } = error.cause[0] ?? { scheme: 'no challenge', parameters: {} }
    const text = Object.entries(parameters).map(([name, value]) => `${name}="${String(value)}"`)
    return `${error.status} · ${scheme} ${text.join(', ')}`
  }
  if (error instanceof oauth.OperationProcessingError) return error.message
  return undefined
}

function join(status: number | undefined, code: string, description: string | undefined): string {
  return [status, code, description].filter((part) => part !== undefined).join(' · ')
}
