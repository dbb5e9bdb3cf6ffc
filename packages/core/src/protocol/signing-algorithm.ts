/**
 * The JWS algorithms that the server signs with ({@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 RFC 7518
 * section 3.1}, RFC 8037). ML-DSA ({@link https://www.rfc-editor.org/rfc/rfc9964 RFC 9964}) needs a platform that has it.
 */
export const signingAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const

export type SigningAlgorithm = (typeof signingAlgorithms)[number]
