import type { Context } from '../../contracts/context.ts'
import { mostKeys } from '../../crypto/public-key.ts'
import { createUrlCache, type UrlCache } from '../../http/url-cache.ts'
import { parseJson } from '../../protocol/json.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { parseCertificate } from './certificate.ts'
import { isKeyOf } from './certificate-key.ts'
import { decodeBase64, decodeCertificate } from './decode-certificate.ts'
import type { PresentedCertificate } from './presented-certificate.ts'

/** A key of a client with its certificate. */
interface CertifiedKey {
  readonly jwk: Readonly<Record<string, unknown>>
  readonly der: Uint8Array
}

/** For how many seconds a fetched key set is used. A certificate that its client has removed stays good for this long. */
const maxAge = 300

const mediaTypes = ['application/jwk-set+json', 'application/json']

/**
 * Checks that a certificate is one of the client's: the first of `x5c` of one of its keys, in `jwks` or at `jwks_uri`, and
 * of that very key ({@link https://www.rfc-editor.org/rfc/rfc8705#section-2.2 RFC 8705 section 2.2}). A certificate that is
 * not at `jwks_uri` yet makes the server fetch the keys again, at most once per second.
 * @returns `true`, or a text that says what is wrong
 */
export async function isRegisteredCertificate(
  ctx: Context,
  { id, metadata: { jwks, jwks_uri } }: ClientRecord,
  { der, publicKey }: PresentedCertificate,
): Promise<true | string> {
  const isOne = async (keys: readonly CertifiedKey[]): Promise<boolean> => {
    for (const { jwk } of keys.filter((key) => isSame(key.der, der))) if (await isKeyOf(publicKey, jwk)) return true
    return false
  }
  const other = 'the certificate is not in x5c of a key of the client, or of another key'
  if (jwks_uri === undefined) return (await isOne(certifiedKeys(jwks))) || other
  const fetched = (age: number): Promise<readonly CertifiedKey[]> =>
    ctx.once(createFetchedKeys).get(jwks_uri, age, () => {
      if (!ctx.fetchBudget.take(jwks_uri, `keys of ${id}`)) throw new Error(`${jwks_uri} is fetched too often`)
    })
  try {
    return (await isOne(await fetched(maxAge))) || (await isOne(await fetched(1))) || other
  } catch (error) {
    return `the client's keys cannot be used: ${error instanceof Error ? error.message : 'unknown error'}`
  }
}

function createFetchedKeys(ctx: Context): UrlCache<readonly CertifiedKey[]> {
  return createUrlCache(async (url) => {
    const { status, text } = await ctx.outbound(url, { mediaTypes })
    if (status !== 200) throw new Error(`${url} answered ${status}`)
    return certifiedKeys(parseJson(text))
  }, ctx.clock)
}

/** Reads the keys of a JWK set that have a certificate. Others are skipped: the client may use them elsewhere. */
function certifiedKeys(jwks: unknown): readonly CertifiedKey[] {
  const { keys } = (typeof jwks === 'object' && jwks !== null ? jwks : {}) as { readonly keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('the document is no JWK set')
  if (keys.length > mostKeys) throw new Error(`the JWK set has more than ${mostKeys} keys`)
  return keys.flatMap((jwk: unknown) => {
    const der = certificateIn(jwk)
    if (der === undefined) return []
    const { kty, crv, n, e, x, y } = jwk as CertifiedKey['jwk']
    return { jwk: { kty, crv, n, e, x, y }, der }
  })
}

/** Returns the certificate of a JWK, the first one in `x5c`; `undefined` when there is none that could be presented. */
function certificateIn(jwk: unknown): Uint8Array | undefined {
  const { x5c } = (typeof jwk === 'object' && jwk !== null ? jwk : {}) as { readonly x5c?: unknown }
  const first: unknown = Array.isArray(x5c) ? x5c[0] : undefined
  const bytes = typeof first === 'string' && first.length <= 32_768 ? decodeBase64(first) : undefined
  const der = bytes && decodeCertificate(bytes)
  return typeof der === 'string' ? undefined : der
}

/**
 * Tells what is wrong with a key that a client registers for self-signed certificates; `undefined` when it is right, or has
 * no certificate.
 */
export async function certifiedKeyProblem(jwk: Readonly<Record<string, unknown>>): Promise<string | undefined> {
  if (!('x5c' in jwk)) return undefined
  const der = certificateIn(jwk)
  const content = der && parseCertificate(der)
  if (content === undefined) return 'x5c of a key in jwks must begin with a certificate: its DER in base64'
  return (await isKeyOf(content.publicKey, jwk))
    ? undefined
    : 'x5c of a key in jwks must be the certificate of that key'
}

/** Certificates are public, so the time of the comparison reveals nothing. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
