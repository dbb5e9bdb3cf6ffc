import type { Context } from '../contracts/context.ts'
import { verifyClientSignature } from '../keys/client-signature.ts'
import { decodeUnverifiedJwt } from '../keys/unverified-jwt.ts'
import { profileOf } from './check-assertion.ts'
import type { Trust } from './trust.ts'

/** An assertion whose signature is valid, and the entry that its issuer has. Its claims are not checked yet. */
export interface VerifiedAssertion {
  readonly trust: Trust
  readonly claims: Readonly<Record<string, unknown>>
}

/** What is wrong with a text that is no JWT. The client may know it. */
export const noJwt = 'it must be a signed JWT in compact form'

/**
 * Verifies the signature of an assertion. The issuer is looked up among the trusted ones before anything is fetched. Give
 * an unknown issuer and a wrong signature the same answer, which tells nobody whom this server trusts.
 * @returns a text for the event that says why not
 */
export async function verifyAssertion(
  ctx: Context,
  trusted: readonly Trust[],
  text: string,
): Promise<VerifiedAssertion | string> {
  const decoded = decodeUnverifiedJwt(text)
  if (decoded === undefined) return noJwt
  const profile = profileOf(decoded.header)
  const trust = trusted.find((one) => one.profile === profile && one.issuer === decoded.claims.iss)
  if (trust === undefined) return `no entry of issuers has this issuer with profile ${profile}`
  const verified = await verifyClientSignature(ctx, trust.keys, text, trust.algorithms)
  return typeof verified === 'string' ? `assertion of ${trust.issuer}: ${verified}` : { trust, claims: verified.claims }
}
