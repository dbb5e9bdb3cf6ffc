/**
 * JWS algorithms that clients may sign with. `Ed25519` is EdDSA by its full name
 * ({@link https://www.rfc-editor.org/rfc/rfc9864 RFC 9864}). A secret of ours signs assertions alone, in HS256.
 */
export const clientSigningAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const

export type ClientSigningAlgorithm = (typeof clientSigningAlgorithms)[number]
