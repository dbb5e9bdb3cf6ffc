import * as client from 'openid-client'
import { Failure } from './failure.ts'

export interface SignIn {
  readonly config: client.Configuration
  readonly DPoP: client.DPoPHandle
  readonly scope: string
  /** Shows the code to the user. */
  readonly show: (codes: client.DeviceAuthorizationResponse) => void
  /** Ends the waiting: Ctrl+C. */
  readonly signal: AbortSignal
}

/** Asks for a code, shows it, and waits until the user has approved it in a browser. */
export async function signIn({ config, DPoP, scope, show, signal }: SignIn) {
  const codes = await client.initiateDeviceAuthorization(config, { scope })
  show(codes)
  const timeout = AbortSignal.timeout(codes.expires_in * 1000)
  try {
    return await client.pollDeviceAuthorizationGrant(config, codes, undefined, {
      DPoP,
      signal: AbortSignal.any([signal, timeout]),
    })
  } catch (error) {
    if (signal.aborted) throw new Failure('interrupted', 'Stopped. You are not signed in.')
    const code = error instanceof client.ResponseBodyError ? error.error : undefined
    if (code === 'access_denied') throw new Failure('denied', 'You denied the sign-in.')
    if (code === 'expired_token' || timeout.aborted) throw new Failure('expired', 'The code is over. Sign in again.')
    throw error
  }
}
