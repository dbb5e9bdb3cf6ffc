import type { AskedClaim } from '../claims/requested-claims.ts'
import type { InteractionStep } from '../contracts/interaction.ts'

/** What a login, sign-up, account or consent page knows about the authorization it is a part of. */
export interface LoginContext {
  /** Names the interaction; the consent page posts it back. It is not the client's own `state`. */
  readonly state: string
  /** The step that is due: which page the user should be on. */
  readonly intent: InteractionStep
  readonly prompt: readonly string[]
  /** Where to send the browser once the step is done. Idempotent. */
  readonly returnTo: string
  /** Where the consent page posts `state` and `accept`: the `action` of its form. */
  readonly consentEndpoint: string
  readonly clientId: string
  /** The client's name as registered, or its id. Text from the client: escape it. */
  readonly clientName: string
  readonly clientUri?: string
  readonly logoUri?: string
  readonly policyUri?: string
  readonly tosUri?: string
  /** A user, software or somebody unknown registered the client: nobody has verified what it says of itself. Tell the user. */
  readonly selfRegistered: boolean
  /**
   * Where the code will go: the host of an http(s) redirect URI, or the scheme of an app with its colon
   * (`com.example.app:`). Empty where the browser is sent nowhere, because the tokens go to a device.
   */
  readonly redirectHost: string
  readonly scopes: readonly string[]
  /** The resources that the client wants tokens for, with `bindResources`; the user should see them. */
  readonly resources: readonly string[]
  /**
   * The claims that the client asks for by name, beyond what the scopes bring: the consent page shows them. Names that
   * are standard or the host's own.
   */
  readonly claims: readonly AskedClaim[]
  /**
   * Once consent is due: the reference (`consentReferenceResolver`) under which the user consents, if there is one. The
   * answer counts under this reference alone, so show it rather than the one that is current.
   */
  readonly referenceId?: string
  /** Authentication contexts that the client would like, the best one first. Text from the client. */
  readonly acrValues: readonly string[]
  /** Only a session with one of `acrValues` will do: any other is an error for the client. */
  readonly acrRequired: boolean
  /** What the interaction ends in: `code`, or the name that a feature gives it. */
  readonly completion: string
  /** What features tell the user about parameters of the request, by the names of the parameters. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** What the client knows about who might sign in. Text from the client: escape it. */
  readonly loginHint?: string
  /** Space separated BCP 47 tags of the languages for the page; whatever the client sent. */
  readonly uiLocales?: string
  /** The same for the claims. */
  readonly claimsLocales?: string
  /** `page`, `popup`, `touch`, `wap`, or whatever the client sent. */
  readonly display?: string
}
