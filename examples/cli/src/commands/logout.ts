import * as client from 'openid-client'
import type { Output } from '../output.ts'
import { discover } from '../server.ts'
import type { Session, SessionFile } from '../session-file.ts'

/** Ends the access at the server, and deletes the file also when the server does not answer. */
export async function logout(file: SessionFile, out: Output): Promise<void> {
  const session = file.read()
  if (session === undefined) return out.result({ event: 'signed_out', revoked: false }, 'You were not signed in.')
  try {
    await revoke(session)
  } finally {
    file.remove()
    out.tell(`${file.path} is deleted.`)
  }
  out.result({ event: 'signed_out', revoked: true }, 'You are signed out.')
}

/** Revokes the refresh token, and with it the access tokens of its grant. */
export async function revoke({ issuer, clientId, refreshToken, accessToken }: Session): Promise<void> {
  await client.tokenRevocation(await discover(issuer, clientId), refreshToken ?? accessToken)
}
