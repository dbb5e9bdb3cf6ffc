import type { Context } from '../contracts/context.ts'
import { createTokenSealers, type Sealer } from '../crypto/seal.ts'

/** Separates the key under which a token keeps its successor from every other key. */
const purpose = 'oauth/refresh-token-successor'

const sealers = new WeakMap<Context, (token: string) => Sealer>()

/**
 * Seals and opens the successor of a refresh token. Its key needs the token and the secret of the server: a copy of the
 * database opens nothing, not even together with a refresh token that was used.
 */
export function successorSealer(ctx: Context, token: string): Sealer {
  const known = sealers.get(ctx)
  if (known !== undefined) return known(token)
  const made = createTokenSealers(ctx.config.secrets, purpose)
  sealers.set(ctx, made)
  return made(token)
}
