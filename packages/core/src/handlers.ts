/** Serves one endpoint. */
export type Handler = (request: Request) => Promise<Response>

/** The handlers that `grantTypes` with `authorization_code` brings. */
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

/** The handlers of `/jwks`, which `disableJwtPlugin` takes away. */
export interface KeyHandlers {
  readonly jwks: Handler
}

/** The handlers that `allowDynamicClientRegistration` brings. */
export interface RegistrationHandlers {
  readonly register: Handler
  readonly clientConfiguration: Handler
}

/** The handler that `allowPublicClientPrelogin` brings. */
export interface PreloginHandlers {
  readonly publicClientPrelogin: Handler
}

/** One handler an endpoint, for hosts that mount them one by one. Those that an option brings or takes may be absent. */
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
  /** There when the host has `authentication.endSession`, with the `authorization_code` grant type. */
  readonly endSession?: Handler
  /** Handlers of installed features, by the name of their endpoint; there is none for what is not installed. */
  readonly [name: string]: Handler | undefined
}

/**
 * The handlers that there are with these options. Each parameter is the type of an option as it was written; `unknown`
 * is an option that was left out, and so has its default. Where the compiler knows no more than `boolean` or `string[]`,
 * a handler may be absent.
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
