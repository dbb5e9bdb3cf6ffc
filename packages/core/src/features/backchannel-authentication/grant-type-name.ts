/** The grant type of {@link https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#token_request CIBA Core section 10.1}. */
export const cibaGrantType = 'urn:openid:params:grant-type:ciba'
