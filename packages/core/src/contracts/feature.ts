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
 */
export interface Feature {
  readonly name: string
  readonly endpoints?: readonly Endpoint[]
  readonly grantTypes?: readonly GrantType[]
  readonly clientAuthMethods?: readonly ClientAuthMethod[]
  readonly sessionObserver?: SessionObserver
  /** One part, or several. Two features that need the same members bring the same part, which then counts once. */
  readonly clientMetadata?: ClientMetadataPart | readonly ClientMetadataPart[]
  readonly responseModes?: readonly ResponseMode[]
  readonly authorizationParameters?: ParameterSource
  /** Members that it adds to the discovery documents, or says otherwise there. */
  serverMetadata?(config: Config): Readonly<Record<string, unknown>>
}
