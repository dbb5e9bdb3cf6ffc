/**
 * The JWS algorithms that the server signs with ({@link https://www.rfc-editor.org/rfc/rfc7518#section-3.1 RFC 7518
 * section 3.1}, RFC 8037).
 */
export const signingAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const

export type SigningAlgorithm = (typeof signingAlgorithms)[number]
