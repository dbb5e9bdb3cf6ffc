/** Prints a text for the user of an access token, and returns what the user is told. */
export type Print = (userToken: string, text: string) => Promise<string>

export interface PrinterOptions {
  /** The URL of the print API, which is the `resource` of the token for it. */
  readonly printApi: string
  readonly issuer: string
  /** The client id of this server at the authorization server. */
  readonly clientId: string
  readonly secret: string
}

/**
 * Prints at another API, for the user. This server must not pass the user's token on: it is for this server alone, and
 * whoever gets it could do here what the user can (MCP, token passthrough). It exchanges the token for one that is good
 * at the print API only, for reading only, and for a minute, and that says who sends it (RFC 8693).
 */
export function createPrinter({ printApi, issuer, clientId, secret }: PrinterOptions): Print {
  const credentials = btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)

  async function exchange(userToken: string): Promise<string> {
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: userToken,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        resource: printApi,
        scope: 'notes:read',
      }),
      signal: AbortSignal.timeout(5000),
    })
    const answer = (await response.json()) as { readonly access_token?: string; readonly error?: string }
    if (!response.ok || answer.access_token === undefined) throw new Error(`no token for printing: ${answer.error}`)
    return answer.access_token
  }

  return async (userToken, text) => {
    const response = await fetch(printApi, {
      method: 'POST',
      headers: { authorization: `Bearer ${await exchange(userToken)}`, 'content-type': 'text/plain' },
      body: text,
      signal: AbortSignal.timeout(5000),
    })
    if (!response.ok) throw new Error(`not printed: ${response.status}`)
    const { order } = (await response.json()) as { readonly order: number }
    return `Printed, order ${order}.`
  }
}
