/**
 * Error codes that features bring. A feature widens this interface, so that `OAuthError` takes its codes, and names them in
 * `errors` of its parts, with their HTTP status.
 * @example
 * ```ts
 * declare module '@oauth/core' {
 *   interface FeatureErrorCodes {
 *     authorization_pending: true
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: features widen it by declaration merging
export interface FeatureErrorCodes {}
