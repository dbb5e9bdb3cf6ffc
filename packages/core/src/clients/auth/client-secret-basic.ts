import type { ClientAuthMethod } from '../../contracts/client-auth-method.ts'
import { decodeUtf8 } from '../../crypto/base64url.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { verifySecret } from './verify-secret.ts'

/**
 * Authentication by HTTP Basic. Id and secret are form-encoded before they are joined ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 section 2.3.1}).
 */
export const clientSecretBasic: ClientAuthMethod = {
  name: 'client_secret_basic',
  scheme: 'Basic',
  collect({ authorization, parameters }) {
    if (authorization?.scheme !== 'basic') return undefined
    const credentials = decodeCredentials(authorization.credentials)
    if (credentials === undefined) {
      throw new OAuthError(
        'invalid_client',
        'malformed Basic credentials: form-encode client_id and secret, join them by a colon, then base64',
        {
          challenge: 'Basic realm="oauth"',
        },
      )
    }
    const named = parameters.get('client_id')
    if (named !== undefined && named !== credentials.clientId) {
      throw new OAuthError('invalid_request', 'client_id in the form differs from the one in the Basic credentials')
    }
    return credentials
  },
  verify: verifySecret,
}

function decodeCredentials(encoded: string): { clientId: string; secret: string } | undefined {
  const text = decodeBase64(encoded)
  const colon = text?.indexOf(':') ?? -1
  if (text === undefined || colon < 1) return undefined
  const clientId = decodeForm(text.slice(0, colon))
  const secret = decodeForm(text.slice(colon + 1))
  if (!clientId || !secret || `${clientId}${secret}`.includes('\0')) return undefined
  return { clientId, secret }
}

function decodeBase64(encoded: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined
  try {
    const text = atob(encoded)
    if (isAscii(text)) return text
    const bytes = new Uint8Array(text.length)
    for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index)
    return decodeUtf8(bytes)
  } catch {
    return undefined
  }
}

/** Whether all characters are of ASCII, which in UTF-8 is written as itself. */
function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false
  return true
}

function decodeForm(text: string): string | undefined {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
