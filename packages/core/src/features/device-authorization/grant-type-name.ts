/** The grant type of devices ({@link https://www.rfc-editor.org/rfc/rfc8628#section-3.4 RFC 8628 section 3.4}). */
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
