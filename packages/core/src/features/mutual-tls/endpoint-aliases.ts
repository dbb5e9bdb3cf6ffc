import type { Config } from '../../contracts/config.ts'
import type { Registry } from '../../contracts/registry.ts'
import { originProblem } from '../../protocol/origin.ts'

/**
 * Returns the value of `mtls_endpoint_aliases`: the endpoints at which clients authenticate or present a token, on the
 * origin that asks for certificates ({@link https://www.rfc-editor.org/rfc/rfc8705#section-5 RFC 8705 section 5}).
 */
export function endpointAliases(
  { issuerPath }: Config,
  { endpoints }: Registry,
  origin: string,
): Readonly<Record<string, string>> {
  const aliases: Record<string, string> = {}
  for (const endpoint of endpoints) {
    const takesClients = 'handleClient' in endpoint || endpoint.errors === 'bearer'
    if (takesClients && endpoint.metadata !== undefined)
      aliases[endpoint.metadata] = origin + issuerPath + endpoint.path
  }
  return aliases
}

/** @throws {TypeError} when the option is no origin, or that of the issuer */
export function checkAliasOrigin(origin: string, issuer: string): void {
  const problem = /^https?:/.test(origin) ? originProblem(origin) : 'must be an https origin'
  if (problem !== undefined) throw new TypeError(`mutualTls: endpointAliases ${problem}; the paths stay the same`)
  if (new URL(issuer).origin !== origin) return
  throw new TypeError('mutualTls: endpointAliases is the origin of the issuer: leave it out')
}
