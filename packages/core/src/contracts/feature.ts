import type { FeatureStores, Storage } from '../storage/storage.ts'
import type { ClientAuthMethod } from './client-auth-method.ts'
import type { ClientMetadataPart } from './client-metadata-part.ts'
import type { Config } from './config.ts'
import type { Endpoint } from './endpoint.ts'
import type { GrantType } from './grant-type.ts'
import type { ParameterSource } from './parameter-source.ts'
import type { ResponseMode } from './response-mode.ts'
import type { SessionObserver } from './session-observer.ts'

/**
 * An optional part of the server as data: what it adds to the tables. It is chosen by import path, folded in once at
 * start-up, and afterwards nothing asks whether it is on. The built-in parts are records of the same kind.
 * `Needs` are the stores of the storage that it cannot do without.
 */
export interface Feature<Needs extends keyof FeatureStores = never> {
  readonly name: string
  readonly storage?: readonly Needs[]
  readonly endpoints?: readonly Endpoint[]
  readonly grantTypes?: readonly GrantType[]
  readonly clientAuthMethods?: readonly ClientAuthMethod[]
  /** Needs the store `sessionClients`. */
  readonly sessionObserver?: SessionObserver
  /** One part, or several. Two features that need the same members bring the same part, which then counts once. */
  readonly clientMetadata?: ClientMetadataPart | readonly ClientMetadataPart[]
  readonly responseModes?: readonly ResponseMode[]
  readonly authorizationParameters?: ParameterSource
  /** Members that it adds to the discovery documents, or says otherwise there. */
  serverMetadata?(config: Config): Readonly<Record<string, unknown>>
}

/** A feature, whatever it needs. */
export type AnyFeature = Feature<keyof FeatureStores>

/** What a list of features needs; nothing is known of a list whose features are not told apart. */
export type NeedsOf<Features extends readonly AnyFeature[]> = AnyFeature extends Features[number]
  ? never
  : Features[number] extends infer One
    ? One extends Feature<infer Needs>
      ? Needs
      : never
    : never

/** A storage with the stores that these features need. */
export type StorageFor<Features extends readonly AnyFeature[]> = Storage & Pick<FeatureStores, NeedsOf<Features>>
