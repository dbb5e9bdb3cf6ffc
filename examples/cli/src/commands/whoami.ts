import * as client from 'openid-client'
import { withAccess } from '../access-token.ts'
import { type Output, printable } from '../output.ts'
import type { SessionFile } from '../session-file.ts'

/** Asks the userinfo endpoint who is signed in. */
export async function whoami(file: SessionFile, out: Output): Promise<void> {
  const claims = await withAccess(file, ({ session, config, DPoP }) =>
    client.fetchUserInfo(config, session.accessToken, session.subject, { DPoP }),
  )
  const { sub, name, email } = claims
  out.result(claims, printable([name ?? sub, email].filter((part) => part !== undefined).join(', ')))
}
