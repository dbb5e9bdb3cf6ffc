/**
 * The JWS algorithms that clients may sign with. `Ed25519` is the full name of EdDSA with that curve ({@link
 * https://www.rfc-editor.org/rfc/rfc9864 RFC 9864}). HS256, under a client secret, is for `client_secret_jwt` alone and
 * so not in this list.
 */
export const clientSigningAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const

export type ClientSigningAlgorithm = (typeof clientSigningAlgorithms)[number]
