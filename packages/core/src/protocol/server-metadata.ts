/**
 * How long clients may cache the JWKS, in seconds. The server publishes a new key at least this long before it signs
 * with it.
 */
export const jwksMaxAge = 300
