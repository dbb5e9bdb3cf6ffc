import type { Context } from '../contracts/context.ts'
import { createTokenSealers, type Sealer } from '../crypto/seal.ts'

/** Separates the key under which a token keeps its successor from every other key. */
const purpose = 'oauth/refresh-token-successor'

/** Makes what seals and opens the successor of a refresh token. */
export type SuccessorSealers = (token: string) => Sealer

/**
 * Seals and opens the successors of refresh tokens. The key needs the token and the secret of the server: a copy of the
 * database opens nothing, not even together with a refresh token that was used.
 */
export function createSuccessorSealers({ config }: Context): SuccessorSealers {
  return createTokenSealers(config.secrets, purpose)
}
