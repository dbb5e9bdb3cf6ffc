/** The feature's name. */
export const featureName = 'experimentalAttestationBasedClientAuthDraft10'

/** The header with the client attestation. */
export const attestationHeader = 'OAuth-Client-Attestation'

/** The header with the proof of possession. */
export const popHeader = 'OAuth-Client-Attestation-PoP'

/** The header with which the server gives a challenge. */
export const challengeHeader = 'OAuth-Client-Attestation-Challenge'

/** The name of the key of a client instance, in `cnf` of refresh tokens and as the authorization parameter that binds codes. */
export const instanceKeyName = 'client_instance_jkt'
