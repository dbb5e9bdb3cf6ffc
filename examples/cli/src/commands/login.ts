import type * as client from 'openid-client'
import { renderUnicodeCompact } from 'uqr'
import { withTokens } from '../access-token.ts'
import { Failure } from '../failure.ts'
import { type Output, printable } from '../output.ts'
import { connect, createKey } from '../server.ts'
import type { SessionFile } from '../session-file.ts'
import type { Settings } from '../settings.ts'
import { signIn } from '../sign-in.ts'
import { revoke } from './logout.ts'

// openid and email: who the user is. offline_access: a refresh token. notes:read: the API.
const scope = 'openid profile email offline_access notes:read'

/** Signs the user in and keeps the tokens. An earlier sign-in of this file ends. */
export async function login({ issuer, clientId, api }: Settings, file: SessionFile, out: Output): Promise<void> {
  const earlier = file.read()
  const key = await createKey()
  const { config, DPoP } = await connect({ issuer, clientId, key })
  const tokens = await untilInterrupted((signal) =>
    signIn({ config, DPoP, scope, show: (codes) => show(codes, out), signal }),
  )
  const claims = tokens.claims()
  if (claims === undefined) throw new Failure('failed', 'The server sent no ID token.')
  const session = { issuer, clientId, api, subject: claims.sub, key, refreshToken: undefined }
  file.write(withTokens(session, tokens))
  if (earlier !== undefined) await revoke(earlier).catch(() => out.tell('The earlier sign-in could not be revoked.'))
  out.result({ event: 'signed_in', sub: claims.sub, file: file.path }, 'You are signed in.')
}

function show(codes: client.DeviceAuthorizationResponse, out: Output): void {
  const { user_code, verification_uri, verification_uri_complete, expires_in } = codes
  const shown = { user_code, verification_uri, verification_uri_complete, expires_in }
  const text = `Open ${printable(verification_uri)} and enter the code ${printable(user_code)}`
  out.result({ event: 'code', ...shown }, text)
  // For a phone. A file or a pipe has no use for it.
  if (verification_uri_complete !== undefined && process.stderr.isTTY) {
    out.tell(`\n${renderUnicodeCompact(verification_uri_complete)}\n`)
  }
  out.tell(`Waiting for you to approve, for ${Math.floor(expires_in / 60)} minutes. Ctrl+C stops.`)
}

/** Runs something that Ctrl+C, or a SIGTERM, stops. */
async function untilInterrupted<Result>(run: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.once(signal, stop)
  try {
    return await run(controller.signal)
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}
