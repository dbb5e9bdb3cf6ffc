import type { Context } from '../contracts/context.ts'
import { createTokenSealers, type Sealer } from '../crypto/seal.ts'

/** Separates the key that seals successors from every other key of the server. */
const purpose = 'oauth/refresh-token-successor'

/** Makes the sealer for the successor of a refresh token. */
export type SuccessorSealers = (token: string) => Sealer

/**
 * Makes the sealers for successors of refresh tokens. The key is derived from the token and the server's secret: an
 * attacker with a copy of the database, even with a used refresh token, cannot open a successor.
 */
export function createSuccessorSealers({ config }: Context): SuccessorSealers {
  return createTokenSealers(config.secrets, purpose)
}
