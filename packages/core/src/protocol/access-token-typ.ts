/** The values of `typ` that JWT access tokens can have: that of RFC 9068, and that of any JWT. */
export const accessTokenTyps = ['at+jwt', 'JWT'] as const

export type AccessTokenTyp = (typeof accessTokenTyps)[number]

/** The `typ` of JWT access tokens ({@link https://www.rfc-editor.org/rfc/rfc9068#section-2.1 RFC 9068 section 2.1}). */
export const accessTokenType = 'at+jwt'
