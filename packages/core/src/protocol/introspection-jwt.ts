/**
 * The media type of introspection as a JWT ({@link https://www.rfc-editor.org/rfc/rfc9701#section-4 RFC 9701 section 4}).
 */
export const introspectionJwtType = 'application/token-introspection+jwt'
