import * as oauth from 'oauth4webapi'
import type { Log } from './log.ts'
import type { ProviderLink } from './provider-link.ts'
import { clientScope } from './registration.ts'
import { type Tokens, toTokens, withResource } from './tokens.ts'

/** A sign-in that the user approves on another device. */
export interface DeviceSignIn {
  /** The secret with which the client asks for the tokens. */
  readonly deviceCode: string
  /** The code that the user compares. */
  readonly userCode: string
  /** Where the user enters the code. */
  readonly verificationUri: string
  /** The same page with the code filled in. */
  readonly completeUri: string
  readonly resource: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/** The requests of a program without a browser, such as a television ({@link https://www.rfc-editor.org/rfc/rfc8628 RFC 8628}). */
export function deviceRequests(link: ProviderLink) {
  const { client, authentication } = link
  return {
    async beginDevice(log: Log, resource: string): Promise<DeviceSignIn> {
      const as = await link.server(log)
      const http = link.http(log, 'Asks for a code that you approve on another device')
      const asked = await oauth.deviceAuthorizationRequest(
        as,
        client,
        authentication,
        { scope: clientScope, resource },
        http,
      )
      const begun = await oauth.processDeviceAuthorizationResponse(as, client, asked)
      return {
        deviceCode: begun.device_code,
        userCode: begun.user_code,
        verificationUri: begun.verification_uri,
        completeUri: begun.verification_uri_complete ?? begun.verification_uri,
        resource,
        expiresAt: Math.floor(Date.now() / 1000) + begun.expires_in,
      }
    },

    /** Asks for the tokens. Throws `authorization_pending` as long as nobody has approved, and `slow_down` if asked too often. */
    async finishDevice(log: Log, { deviceCode, resource }: DeviceSignIn): Promise<Tokens> {
      const as = await link.server(log)
      const response = await oauth.deviceCodeGrantRequest(as, client, authentication, deviceCode, {
        ...link.http(log, 'Asks whether you have approved the code'),
        ...withResource(resource),
      })
      const tokens = await oauth.processDeviceCodeResponse(as, client, response)
      await oauth.validateApplicationLevelSignature(as, response, link.http(log, 'Reads the signing keys'))
      return toTokens(tokens)
    },
  }
}
