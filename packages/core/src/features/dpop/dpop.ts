import * as v from 'valibot'
import type { Core } from '../../contracts/core.ts'
import type { Feature } from '../../contracts/feature.ts'
import { codeBinding } from './code-binding.ts'
import { dpopConstraint } from './constraint.ts'
import { type DpopOptions, type DpopRules, parseDpopOptions } from './options.ts'

export type { DpopOptions }

/**
 * A feature with which clients bind their tokens to a key that they prove with each request, so that a stolen token is
 * useless ({@link https://www.rfc-editor.org/rfc/rfc9449 RFC 9449, DPoP}). It holds for every grant type and needs no
 * registration: a client that sends a proof gets bound tokens. Refresh tokens of public clients are bound as well.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * const provider = createProvider({ features: [dpop({ requireNonce: true })], ... })
 * await provider.registerClient({ redirect_uris: ['https://app.example.com/callback'], dpop_bound_access_tokens: true })
 * ```
 */
export function dpop(options: DpopOptions = {}): Feature<'dpop'> {
  const rules = parseDpopOptions(options)
  return Object.freeze<Feature<'dpop'>>({
    name: 'dpop',
    start(core) {
      checkResources(core, rules)
      return {
        senderConstraints: [dpopConstraint(core, rules)],
        authorizationParameters: [codeBinding],
        clientMetadata: [{ members: { dpop_bound_access_tokens: v.boolean() } }],
        errors: { invalid_dpop_proof: 400, use_dpop_nonce: 400 },
        serverMetadata: { dpop_signing_alg_values_supported: rules.signingAlgorithms },
      }
    },
  })
}

/** @throws {TypeError} for a resource that the server does not have: its tokens would silently stay unbound */
function checkResources({ config }: Core, { requiredForResources }: DpopRules): void {
  const unknown = requiredForResources.find((resource) => !config.validAudiences.includes(resource))
  if (unknown === undefined) return
  throw new TypeError(`dpop: requiredForResources has ${unknown}, which is not in validAudiences: add it there`)
}
