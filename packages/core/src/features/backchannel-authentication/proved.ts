import type { Context } from '../../contracts/context.ts'
import type { Core } from '../../contracts/core.ts'
import type { ClientCall } from '../../contracts/endpoint.ts'
import type { Binding } from '../../contracts/sender-constraint.ts'
import type { AuthorizationRequest } from '../../protocol/authorization-request.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { checkIssuedBinding, knowsBinding, tokenTypeOf } from '../../tokens/binding.ts'
import type { Backchannel, Proved } from './stored-request.ts'

/** Whether the server sends the tokens to the client. */
export function isPushed({ metadata }: ClientRecord): boolean {
  return metadata.backchannel_token_delivery_mode === 'push'
}

/** What a request says of keys. */
interface AskedFor {
  readonly authorization: Omit<AuthorizationRequest, 'nonce' | 'claims'>
  readonly binding: Binding | undefined
}

/**
 * Reads the keys that tokens will be bound to which nobody asks for: there is no token request that could prove one, so the
 * request itself must prove whatever it is bound to, and whatever the client or a resource demands.
 * @throws {OAuthError} `invalid_request` when a proof is missing
 */
export async function readProved(
  core: Core,
  { request, client, parameters, evidence }: ClientCall,
  { authorization, binding }: AskedFor,
): Promise<Proved> {
  const instance = evidence?.instance
  const facts = { client, ...(binding !== undefined && { binding }), ...(instance !== undefined && { instance }) }
  for (const [name, bound] of Object.entries(authorization.extra ?? {})) {
    const parameter = core.registry.authorizationParameters.get(name)
    if (parameter?.keptWith !== 'code') continue
    try {
      await parameter.checkRedemption?.(bound, { request, parameters, ...facts })
    } catch (cause) {
      throw new OAuthError('invalid_request', `the tokens are pushed: prove the key of ${name} with this request`, {
        cause,
      })
    }
  }
  await checkIssuedBinding(core, { ...facts, resources: authorization.resources })
  return { ...(binding !== undefined && { cnf: binding.cnf }), ...(instance !== undefined && { instance }) }
}

/**
 * Returns what the tokens of a request are bound to, for the issuance.
 * @throws {Error} when this process does not know what the request was bound to, because it lacks a feature
 */
export function bindingsOf(
  ctx: Context,
  { authorization, proved }: Backchannel,
): { readonly binding?: Binding } & Pick<Proved, 'instance'> {
  const unknown = Object.keys(authorization.extra ?? {}).find((name) => !ctx.registry.authorizationParameters.has(name))
  if (unknown !== undefined || !knowsBinding(ctx, proved?.cnf)) {
    const what = unknown ?? Object.keys(proved?.cnf ?? {}).join(', ')
    throw new Error(`ciba: this process does not know ${what} of the request: install the feature that brings it`)
  }
  const { cnf, instance } = proved ?? {}
  const binding = cnf && { cnf, tokenType: tokenTypeOf(ctx, cnf), headers: {}, codeParameters: {} }
  return { ...(binding !== undefined && { binding }), ...(instance !== undefined && { instance }) }
}
