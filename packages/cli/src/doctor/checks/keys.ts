import { bad, type Finding, ok, warn } from '../finding.ts'
import type { Observations } from '../observe.ts'
import { isAnswer } from '../probe.ts'

type Jwk = Readonly<Record<string, unknown>>

/** The members of a private or symmetric JWK (RFC 7518 section 6, RFC 8037, and the key type AKP). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** Rates the published keys. */
export function keys({ jwks, metadata }: Observations): readonly Finding[] {
  if (jwks === undefined) return []
  const published = isAnswer(jwks) && jwks.status === 200 ? jwks.json?.keys : undefined
  if (!Array.isArray(published) || published.length === 0) {
    const found = isAnswer(jwks) ? `status ${jwks.status}, and no keys` : jwks.failure
    return [bad('keys.reachable', `${jwks.url}: ${found}`, 'publish the keys at jwks_uri: nobody can verify a token')]
  }
  const list = published as readonly Jwk[]
  return [
    ok('keys.reachable', `${list.length} keys`),
    secrecy(list),
    uniqueness(list),
    names(list),
    strength(list),
    algorithms(list, metadata.id_token_signing_alg_values_supported),
  ]
}

function secrecy(list: readonly Jwk[]): Finding {
  const check = 'keys.private'
  const leaked = list.filter((key) => privateMembers.some((name) => name in key)).map(nameOf)
  if (leaked.length === 0) return ok(check, 'public members alone')
  const change =
    'take the document down, replace these keys at once (keys rotate --drop-previous), and publish public members alone'
  return bad(check, `PRIVATE KEYS ARE PUBLISHED: ${leaked.join(', ')}`, change)
}

function uniqueness(list: readonly Jwk[]): Finding {
  const check = 'keys.unique'
  const ids = list.flatMap(({ kid }) => (typeof kid === 'string' ? [kid] : []))
  const twice = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))]
  if (twice.length === 0) return ok(check, 'each key id once')
  return bad(
    check,
    `more than one key has the id ${twice.join(', ')}`,
    'give each key its own kid: verifiers take the wrong one',
  )
}

function names(list: readonly Jwk[]): Finding {
  const check = 'keys.named'
  const nameless = list.filter(({ kid, alg }) => typeof kid !== 'string' || typeof alg !== 'string').length
  if (nameless === 0) return ok(check, 'each key has kid and alg')
  return warn(
    check,
    `${nameless} of ${list.length} keys lack kid or alg`,
    'publish both: verifiers should not have to guess',
  )
}

function strength(list: readonly Jwk[]): Finding {
  const check = 'keys.strength'
  const weak = list
    .filter((key) => key.kty === 'RSA' && rsaBits(key.n) < 2048)
    .map((key) => `${nameOf(key)} (RSA, ${rsaBits(key.n)} bits)`)
  if (weak.length === 0) return ok(check, 'no RSA key below 2048 bits')
  return bad(check, `too short: ${weak.join(', ')}`, 'rotate to RSA keys with at least 2048 bits, or to ES256 or EdDSA')
}

function algorithms(list: readonly Jwk[], promised: unknown): Finding {
  const check = 'keys.algorithms'
  const wanted = Array.isArray(promised) ? promised.filter((one) => typeof one === 'string') : []
  const missing = wanted.filter((one) => !/^(?:HS|none)/.test(one) && !list.some((key) => fits(key, one)))
  if (missing.length === 0) return ok(check, 'a key for each algorithm of ID tokens')
  return bad(check, `no key for ${missing.join(', ')}`, 'publish a key for it, or take it out of the metadata')
}

function fits(key: Jwk, algorithm: string): boolean {
  if (key.alg !== undefined) return key.alg === algorithm
  return key.kty === (/^(?:RS|PS)/.test(algorithm) ? 'RSA' : algorithm.startsWith('ES') ? 'EC' : 'OKP')
}

function rsaBits(modulus: unknown): number {
  const bytes = Buffer.from(typeof modulus === 'string' ? modulus : '', 'base64url')
  const first = bytes.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(bytes[first] ?? 0))
}

function nameOf({ kid }: Jwk): string {
  return typeof kid === 'string' ? kid : 'a key without kid'
}
