/** Serves the requests of one endpoint. */
export type Handler = (request: Request) => Promise<Response>

/** The handlers that exist when `grantTypes` contains `authorization_code`, which it does by default. */
export interface CodeGrantHandlers {
  readonly authorize: Handler
  readonly continue: Handler
  readonly consent: Handler
  readonly login: Handler
  readonly userinfo: Handler
  readonly openidConfiguration: Handler
  readonly getConsents: Handler
  readonly getConsent: Handler
  readonly updateConsent: Handler
  readonly deleteConsent: Handler
}

/** The handler of `/jwks`. It exists unless `disableJwtPlugin` is set. */
export interface KeyHandlers {
  readonly jwks: Handler
}

/** The handlers that exist with `allowDynamicClientRegistration`. */
export interface RegistrationHandlers {
  readonly register: Handler
  readonly clientConfiguration: Handler
}

/** The handler that exists with `allowPublicClientPrelogin`. */
export interface PreloginHandlers {
  readonly publicClientPrelogin: Handler
}

/**
 * A handler for each endpoint, for hosts that mount endpoints one by one. Handlers that depend on an option may be
 * absent.
 */
export interface Handlers
  extends Partial<CodeGrantHandlers>,
    Partial<KeyHandlers>,
    Partial<RegistrationHandlers>,
    Partial<PreloginHandlers> {
  readonly token: Handler
  readonly revoke: Handler
  readonly introspect: Handler
  readonly authorizationServerMetadata: Handler
  readonly createClient: Handler
  readonly getClient: Handler
  readonly getClients: Handler
  readonly updateClient: Handler
  readonly deleteClient: Handler
  readonly rotateClientSecret: Handler
  readonly publicClient: Handler
  readonly adminCreateClient: Handler
  readonly adminUpdateClient: Handler
  /** Present when the host has `authentication.endSession` and the grant type `authorization_code`. */
  readonly endSession?: Handler
  /** Handlers of installed features, by the name of their endpoint. */
  readonly [name: string]: Handler | undefined
}

/**
 * The handlers that exist with these options. Each parameter is the type of an option as it was written. `unknown`
 * stands for an option that was left out and has its default. When the compiler knows only `boolean` or `string[]`, a
 * handler may be absent.
 */
export type HandlersFor<GrantTypes, DisableJwtPlugin, Registration, Prelogin> = Handlers &
  (unknown extends GrantTypes
    ? CodeGrantHandlers
    : [GrantTypes] extends [undefined]
      ? CodeGrantHandlers
      : [GrantTypes] extends [readonly string[]]
        ? string extends GrantTypes[number]
          ? unknown
          : 'authorization_code' extends GrantTypes[number]
            ? CodeGrantHandlers
            : unknown
        : unknown) &
  (unknown extends DisableJwtPlugin
    ? KeyHandlers
    : [DisableJwtPlugin] extends [false | undefined]
      ? KeyHandlers
      : unknown) &
  (unknown extends Registration ? unknown : [Registration] extends [true] ? RegistrationHandlers : unknown) &
  (unknown extends Prelogin ? unknown : [Prelogin] extends [true] ? PreloginHandlers : unknown)
