import type { Core } from '../../contracts/core.ts'
import type { SenderConstraint } from '../../contracts/sender-constraint.ts'
import type { Parameters } from '../../http/parameters.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { Pairs } from './pushed-request.ts'

interface PushedCall {
  /** The URL of the endpoint as the server publishes it. */
  readonly endpoint: string
  readonly client: ClientRecord
  /** The parameters of the request. */
  readonly parameters: Parameters
}

/** The keys that the client proved to hold in a push, as parameters of the request, and headers for the answer. */
export interface Proofs {
  readonly parameters: Pairs
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Reads the proofs of keys in a push, for instance in the header `DPoP`. Such a proof counts as the parameter that names
 * the key, so the code is bound to it ({@link https://www.rfc-editor.org/rfc/rfc9449#section-10.1 RFC 9449 section
 * 10.1}).
 * @throws {OAuthError} when a proof is not valid; `invalid_request` when the parameter names another key
 */
export async function readProofs(
  core: Core,
  request: Request,
  { endpoint, client, parameters }: PushedCall,
): Promise<Proofs> {
  const bound: (readonly [string, string])[] = []
  let headers: Readonly<Record<string, string>> = {}
  for (const constraint of core.registry.senderConstraints.values()) {
    const name = constraint.codeParameter
    if (name === undefined || !hasProof(request, constraint)) continue
    const proof = await constraint.prove(request, { endpoint, client })
    if (proof === undefined) continue
    headers = { ...headers, ...proof.headers }
    const named = parameters.get(name)
    if (named !== undefined && named !== proof.confirmation) {
      throw new OAuthError('invalid_request', `${name} names another key than the proof in the request`)
    }
    if (named === undefined) bound.push([name, proof.confirmation])
  }
  return { parameters: bound, headers }
}

/** A client need not prove a key in a push: a constraint that the client must use is for tokens. */
function hasProof(request: Request, { requestHeaders = [] }: SenderConstraint): boolean {
  return requestHeaders.some((header) => request.headers.has(header))
}
