/**
 * Events of features: what `core.emit` takes beside the events of the core, and `onEvent` gets. A feature widens this
 * interface: the name of an event, and the members that it has beside `type`.
 * @example
 * ```ts
 * declare module '@oauth/core' {
 *   interface FeatureEvents {
 *     'device.approved': { readonly clientId: string }
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: features widen it by declaration merging
export interface FeatureEvents {}
