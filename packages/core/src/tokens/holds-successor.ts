import type { Context } from '../contracts/context.ts'
import type { TokenRequest } from '../contracts/grant-type.ts'
import { isPublic } from '../policy/client.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import { isBoundTo } from './binding.ts'

/**
 * Whether a client that presents an exchanged refresh token again proves the key of its successor. A token without a key
 * is bound by the first proof at a refresh: from then on, whoever still has the old token needs the key as well. Only an
 * exchanged token without a key, of a public client or of an instance with a key, costs a read here.
 */
export async function holdsSuccessor(
  { storage }: Context,
  { client, binding, instance }: TokenRequest,
  { extra, successorId }: RefreshTokenRecord,
): Promise<boolean> {
  if (successorId === undefined || extra?.cnf !== undefined) return true
  if (!isPublic(client) && instance === undefined) return true
  const successor = await storage.refreshTokens.find(successorId)
  return isBoundTo(successor?.token.extra?.cnf, binding, instance)
}
