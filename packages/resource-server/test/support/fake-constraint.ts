import { type ProofFacts, type RequestHead, ResourceError, type SenderConstraint } from '@oauth/resource-server'

/** A sender constraint in the shape of DPoP, whose proofs are plain text: `<key> <method> <url> <nonce>`. */
export interface FakeConstraint extends SenderConstraint {
  /** The facts of each call, with the method. */
  readonly calls: (ProofFacts & { readonly method: string })[]
}

export const nonce = 'the-nonce'

export function fakeConstraint(change: Partial<SenderConstraint> = {}): FakeConstraint {
  const calls: FakeConstraint['calls'] = []
  return {
    confirmation: 'jkt',
    scheme: 'DPoP',
    challenge: { algs: 'ES256' },
    async prove({ method, headers }: RequestHead, facts) {
      calls.push({ ...facts, method })
      const proof = headers.get('dpop')
      if (proof === null) return undefined
      const [key = '', htm, htu, used] = proof.split(' ')
      if (htm !== method || htu !== facts.url) {
        throw new ResourceError('invalid_dpop_proof', { description: 'the proof is for another request' })
      }
      if (used !== nonce) throw new ResourceError('use_dpop_nonce', { headers: { 'DPoP-Nonce': nonce } })
      return { confirmation: key, headers: { 'DPoP-Nonce': 'next' } }
    },
    ...change,
    calls,
  }
}

/** The headers of a request with a bound token and its proof. */
export function proven(
  token: string,
  { key = 'key', method = 'GET', url = '', used = nonce }: Partial<Record<'key' | 'method' | 'url' | 'used', string>>,
): Record<string, string> {
  return { authorization: `DPoP ${token}`, dpop: [key, method, url, used].join(' ') }
}
