import type { AskedClaim } from '../claims/requested-claims.ts'
import type { InteractionStep } from '../contracts/interaction.ts'

/**
 * What a login, sign-up, account or consent page gets to know about the authorization that it is part of: the result of
 * `provider.resolveLoginContext`.
 */
export interface LoginContext {
  /** The id of the interaction. The consent page posts it back. It is not the client's own `state`. */
  readonly state: string
  /** The step that is due, which tells which page the user should be on. */
  readonly intent: InteractionStep
  /** The values of the client's `prompt` parameter. */
  readonly prompt: readonly string[]
  /** The URL to which the page sends the browser when the step is done. Requesting it twice does no harm. */
  readonly returnTo: string
  /** The URL to which the consent page posts `state` and `accept`: the `action` of its form. */
  readonly consentEndpoint: string
  readonly clientId: string
  /**
   * For a client that is a document at a URL (Client ID Metadata Document): the host of that URL. It is verified, unlike
   * the name, so show it beside the name. Absent for any other client.
   */
  readonly clientIdHost?: string
  /** The client's registered name, or its id. The text comes from the client: escape it. */
  readonly clientName: string
  readonly clientUri?: string
  readonly logoUri?: string
  readonly policyUri?: string
  readonly tosUri?: string
  /**
   * Whether a user, a program or an anonymous caller registered the client, or the client is a document at a URL. If so,
   * nobody has verified what the client says about itself: tell the user.
   */
  readonly selfRegistered: boolean
  /**
   * Where the code goes: the host of an http(s) redirect URI, or the scheme of an app with its colon
   * (`com.example.app:`). Empty when the browser is not redirected, because the tokens go to a device.
   */
  readonly redirectHost: string
  /**
   * Whether the code goes to a program on the user's own machine (`http://localhost`, `http://127.0.0.1`) that proves
   * nothing about itself. Any program there can pretend to be this client: warn the user.
   */
  readonly loopbackRedirect: boolean
  /** The scopes that the client requests. The consent page shows them. */
  readonly scopes: readonly string[]
  /**
   * Once consent is due: those of `scopes` that this user granted to this client before, for the same host and resources.
   * The page may show them as "has already". They must be in the answer: without `scope` it accepts all of `scopes`, and
   * with it only what it names. Empty for a public client on a loopback address or a private-use scheme, which any program
   * can impersonate.
   */
  readonly grantedScopes: readonly string[]
  /** The other ones of `scopes`, about which the user has to decide. Before consent is due, all of `scopes`. */
  readonly newScopes: readonly string[]
  /** The resources that the client requests tokens for, with `bindResources`. The consent page shows them. */
  readonly resources: readonly string[]
  /**
   * The claims that the client requests by name, beyond those that the scopes bring. The consent page shows them. Their
   * names are standard, or the host's own.
   */
  readonly claims: readonly AskedClaim[]
  /**
   * Once consent is due: the reference under which the user consents (`consentReferenceResolver`), if there is one. The
   * answer counts only under this reference, so show it rather than the current one.
   */
  readonly referenceId?: string
  /** The authentication contexts that the client prefers, best first. The text comes from the client: escape it. */
  readonly acrValues: readonly string[]
  /** Whether the session must have one of `acrValues`. With any other session, the client gets an error. */
  readonly acrRequired: boolean
  /** How the interaction ends: `code` for an authorization code, or the name of a feature's completion. */
  readonly completion: string
  /**
   * What the feature of the completion tells the page, for instance the code of a device. Absent for an authorization
   * code. The feature has a function that reads it.
   */
  readonly completionDetails?: Readonly<Record<string, unknown>>
  /** What the consent page shows of parameters that features bring, by the names of the parameters. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** The user name or address that the client expects (`login_hint`). The text comes from the client: escape it. */
  readonly loginHint?: string
  /** The languages for the page, as BCP 47 tags separated by spaces. The server does not check what the client sent. */
  readonly uiLocales?: string
  /** The languages for claims, as BCP 47 tags separated by spaces. The server does not check what the client sent. */
  readonly claimsLocales?: string
  /**
   * How the client wants the page shown: `page`, `popup`, `touch` or `wap`. The server does not check what the client
   * sent.
   */
  readonly display?: string
}
