import type { InteractionStep } from '../storage/interaction.ts'

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
  /** The client registered itself: nobody has verified what it says of itself, and the page should say so. */
  readonly selfRegistered: boolean
  /** Where the code will go: the host of the redirect URI, or the scheme of an app that has none. */
  readonly redirectHost: string
  readonly scopes: readonly string[]
  /** The resources that the client wants tokens for, with `bindResources`; the user should see them. */
  readonly resources: readonly string[]
  /** What the client knows about who might sign in. Text from the client: escape it. */
  readonly loginHint?: string
  /** Space separated BCP 47 tags. */
  readonly uiLocales?: string
}
