export type { AskedClaim } from './claims/requested-claims.ts'
export type {
  ClientImport,
  ClientImportOptions,
  ClientImportResult,
  ImportOutcome,
  SecretHash,
} from './clients/import/types.ts'
export type { ClientInformation, RegisteredClient } from './clients/information.ts'
export type { ClientListing } from './clients/list.ts'
export type { ClientInput } from './clients/metadata-schema.ts'
export type { SecretRotation } from './clients/rotate-secret.ts'
export type { ClientApi } from './clients/server-api.ts'
export type { ShownClient } from './clients/shown-client.ts'
export type { ClientChanges } from './clients/update.ts'
export type { AdvertisedMetadata, TokenFormatOptions, TokenPrefixes } from './config/options/formats.ts'
export type { HostOptions } from './config/options/host.ts'
export type { LifetimeOptions } from './config/options/lifetimes.ts'
export type { ObservabilityOptions } from './config/options/observability.ts'
export type { OutboundOptions } from './config/options/outbound.ts'
export type { PageOptions } from './config/options/pages.ts'
export type { MachineAccessOptions, RegistrationOptions } from './config/options/registration.ts'
export type { ServerOptions } from './config/options/server.ts'
export type { TestingOptions } from './config/options/testing.ts'
export type { ResourceOptions, TokenOptions } from './config/options/tokens.ts'
export type { ProviderOptions } from './config/options.ts'
export type { ConnectedApp, ConnectedAppListing } from './consents/connected-apps.ts'
export type { ConnectedGrant, GrantDetails } from './consents/connected-grants.ts'
export type { ConsentImport, ConsentImportOptions, ConsentImportResult } from './consents/import-consent.ts'
export type { ConsentChanges } from './consents/manage-consents.ts'
export type { ConsentApi } from './consents/server-api.ts'
export type { VerifiedAccessToken } from './contracts/access-token.ts'
export type { Branding, BrandingColours, BrandingLinks, BrandingOptions } from './contracts/branding.ts'
export type { CibaEvent } from './contracts/ciba-events.ts'
export type { ClientCacheSignal } from './contracts/client-cache-signal.ts'
export type { Clock } from './contracts/clock.ts'
export type {
  ConformanceFinding,
  ConformanceReporter,
  ConformanceReportOptions,
  ConformanceStandard,
} from './contracts/conformance.ts'
export type { DeviceEvent } from './contracts/device-events.ts'
export type { EncryptionKeyRotation } from './contracts/encryption-keys.ts'
export type { CoreEvent, FeatureEvent, OAuthEvent, Substitution } from './contracts/events.ts'
export type { Feature, FeatureApis } from './contracts/feature.ts'
export * from './contracts/feature-events.ts'
export type { HealthPages } from './contracts/health-pages.ts'
export type {
  AccessTokenClaimsInput,
  ClaimHooks,
  ClaimsInput,
  CustomClaims,
  IdTokenClaimsInput,
  TokenResponseFieldsInput,
  UserinfoClaimsInput,
} from './contracts/hooks.ts'
export type { Authentication, BaseUser, Session, SignedIn, StandardClaims, UserClaims } from './contracts/host.ts'
export type { ImportEvent } from './contracts/import-events.ts'
export type { InteractionStep } from './contracts/interaction.ts'
export type { KeyEvent } from './contracts/key-events.ts'
export type {
  KeyCheck,
  KeyRotation,
  KeySet,
  KeySetFacts,
  SigningKeyImport,
  SigningKeyInformation,
  SigningKeySource,
  VerifiedJwt,
} from './contracts/key-set.ts'
export type { Logger, LogLevel } from './contracts/logger.ts'
export type {
  ObservedRequest,
  Observer,
  OutboundCall,
  OutboundObservation,
  RequestObservation,
  StorageCall,
} from './contracts/observer.ts'
export type {
  Page,
  PageClient,
  PageContent,
  PageError,
  PageForm,
  PageKind,
  PageLink,
  RenderPage,
} from './contracts/page.ts'
export type { PageTextName, PageTexts } from './contracts/page-texts.ts'
export type { Random } from './contracts/random.ts'
export type {
  BucketDefaults,
  BuiltInRateLimitBucket,
  LimitedRequest,
  RateLimitBucket,
  RateLimitChoice,
  RateLimiter,
  RateLimitOptions,
  RateLimitRule,
  RateLimitsOfBucket,
  RateLimitVerdict,
} from './contracts/rate-limit.ts'
export type { Readiness, ReadinessCheck } from './contracts/readiness.ts'
export type { RequestEnd, RequestOutcome } from './contracts/request-end.ts'
export type { RequestIdOptions } from './contracts/request-id.ts'
export type { AuthorizationFacts, ClientAction, ClientQuestion, Resolvers } from './contracts/resolvers.ts'
export type {
  CodeGrantHandlers,
  Handler,
  Handlers,
  HandlersFor,
  KeyHandlers,
  PreloginHandlers,
  RegistrationHandlers,
} from './handlers.ts'
export { type ConsoleLoggerOptions, consoleLogger } from './host/console-logger.ts'
export type { OutboundFetch } from './http/outbound.ts'
export type { LoginContext } from './interaction/login-context.ts'
export type { SessionEnd } from './logout/end-session.ts'
export type { SessionApi } from './logout/server-api.ts'
export type { AccessTokenTyp } from './protocol/access-token-typ.ts'
export type { AuthorizationRequest } from './protocol/authorization-request.ts'
export type { ClaimRequest, ClaimsRequest, RequestedClaims } from './protocol/claims-request.ts'
export type { ClientMetadata } from './protocol/client-metadata.ts'
export type { ClientSigningAlgorithm } from './protocol/client-signing-algorithm.ts'
export type { KeyManagementAlgorithm } from './protocol/encryption.ts'
export {
  type ErrorPageFacts,
  OAuthError,
  type OAuthErrorCode,
  type OAuthErrorDetails,
  type RedirectTarget,
} from './protocol/errors.ts'
// Whole files, so that a feature can widen their interfaces by `declare module '@oauth/core'`.
export * from './protocol/feature-client-metadata.ts'
export * from './protocol/feature-error-codes.ts'
export type { Prompt } from './protocol/prompt.ts'
export type { SigningAlgorithm } from './protocol/signing-algorithm.ts'
export { createProvider } from './provider.ts'
export type { Provider } from './provider-types.ts'
export { createMemoryRateLimiter as memoryRateLimiter } from './server/memory-rate-limiter.ts'
export { type Mountable, receivedAt } from './server/received-at.ts'
export type { AccessTokenRecord, AccessTokenStore } from './storage/access-token.ts'
export type {
  AuthorizationCodeRecord,
  AuthorizationCodeStore,
  CodeRedemption,
} from './storage/authorization-code.ts'
export type { Awaitable } from './storage/awaitable.ts'
export type { ClientOrigin, ClientRecord, ClientSecret, ClientStore, ImportedSecretHash } from './storage/client.ts'
export type { ConsentKey, ConsentRecord, ConsentStore } from './storage/consent.ts'
export type { Extra } from './storage/extra.ts'
export type { GrantRecord, TokenGrant } from './storage/grant.ts'
export type { GrantCommit, GrantStore } from './storage/grant-store.ts'
export type { IdRange, RangeStore } from './storage/range.ts'
export type { RecordEntry, RecordKey, RecordStore, RecordTake } from './storage/record.ts'
export type {
  FoundRefreshToken,
  RefreshRotation,
  RefreshTokenRecord,
  RefreshTokenStore,
  RotationOutcome,
} from './storage/refresh-token.ts'
export type { SigningKeyRecord, SigningKeyStore } from './storage/signing-key.ts'
export type { Storage } from './storage/storage.ts'
export { StorageUnavailableError } from './storage/storage-unavailable-error.ts'
