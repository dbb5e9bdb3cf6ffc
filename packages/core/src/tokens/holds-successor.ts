import type { Context } from '../contracts/context.ts'
import type { TokenRequest } from '../contracts/grant-type.ts'
import { isPublic } from '../policy/client.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import { isBoundTo } from './binding.ts'

/**
 * Whether a client that presents an exchanged refresh token again proves the key of its successor. A token without a key
 * is bound by the first proof at a refresh: from then on, whoever still has the old token needs the key as well. Only an
 * exchanged token of a public client that has no key of its own costs a read here.
 */
export async function holdsSuccessor(
  { storage }: Context,
  { client, binding }: TokenRequest,
  { extra, successorId }: RefreshTokenRecord,
): Promise<boolean> {
  if (successorId === undefined || extra?.cnf !== undefined || !isPublic(client)) return true
  const successor = await storage.refreshTokens.find(successorId)
  return isBoundTo(successor?.token.extra?.cnf, binding)
}
