import type { Feature } from '@oauth/core'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'

/**
 * The features of the server. `clientIdMetadataDocuments()` of `@oauth/core/features/client-id-metadata-documents` belongs
 * here: it switches on the tests of clients whose id is a URL, and the last check of the conformance suite.
 */
export const features: readonly Feature[] = [privateKeyJwt()]
