export type { AuthInfo } from './auth-info.ts'
export { type AgeOptions, type AuthenticationRequirements, requireAuthentication } from './authentication.ts'
export { authorizationDetailsOf, type DetailsSchema, type TypedDetails } from './authorization-details.ts'
export { type CertificateHeaderOptions, certificateFromHeader } from './certificate-from-header.ts'
export {
  type AuthenticationChallengeOptions,
  type ChallengeDefaults,
  type ChallengeOptions,
  errorResponse,
  insufficientScope,
  insufficientUserAuthentication,
  invalidRequest,
  invalidToken,
  temporarilyUnavailable,
  unauthorized,
} from './challenge.ts'
export type { ClientCertificate, ClientCertificateReader } from './client-certificate.ts'
export type { Clock } from './clock.ts'
export type { AllowedOrigins } from './cors.ts'
export type { DiscoveryAlgorithm } from './discovery.ts'
export { type DpopOptions, dpop } from './dpop.ts'
export type { DpopAlgorithm } from './dpop-proof.ts'
export type { ReplayStore } from './dpop-replays.ts'
export { ResourceError, type ResourceErrorCode, type ResourceErrorDetails } from './errors.ts'
export type { LocalToken, LocalVerification } from './local.ts'
export { type MutualTlsOptions, mutualTls } from './mutual-tls.ts'
export type { Fetch } from './outbound.ts'
export { type ProtectedHandler, type ProtectOptions, protect } from './protect.ts'
export {
  type AuthHandler,
  createProtectedResource,
  type ProtectedResource,
  type ResourceGuard,
} from './protected-resource.ts'
export type { OptionalMembers } from './protected-resource-members.ts'
export {
  buildProtectedResourceMetadata,
  type MetadataProvider,
  type ProtectedResourceMetadata,
  type ProtectedResourceMetadataOptions,
} from './protected-resource-metadata.ts'
export {
  type ProtectedResourceMetadataHandlerOptions,
  protectedResourceMetadataHandler,
  protectedResourceMetadataUrl,
  type SignMetadata,
} from './protected-resource-metadata-handler.ts'
export type {
  ProtectedResourceOptions,
  ResourceAuthorizationServer,
  ResourceProvider,
  RouteOptions,
} from './protected-resource-options.ts'
export type { RequestHead } from './request-head.ts'
export { requireScopes } from './scope.ts'
export {
  type ChallengeScheme,
  challengeSchemes,
  type ProofFacts,
  type SenderConstraint,
  type SenderProof,
} from './sender-constraint.ts'
export { socketCertificate } from './socket-certificate.ts'
export { createTokenVerifier, type TokenVerifier } from './token-verifier.ts'
export type {
  CommonVerifierOptions,
  IntrospectionOptions,
  LocalVerifierOptions,
  RemoteVerifierOptions,
  TokenVerifierOptions,
} from './token-verifier-options.ts'
export type { AuthorizationDetails, VerifiedToken } from './verified-token.ts'
