/** How long clients may keep the JWKS, in seconds. A new key is published at least this long before it signs. */
export const jwksMaxAge = 300
