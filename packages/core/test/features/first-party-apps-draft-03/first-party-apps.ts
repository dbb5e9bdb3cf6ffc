import type { ClientInput, RegisteredClient } from '@oauth/core'
import {
  type ChallengeAnswer,
  experimentalFirstPartyAppsDraft03,
  type FirstPartyAppsDraft03Options,
} from '@oauth/core/features/first-party-apps-draft-03'
import {
  type Answer,
  createPkce,
  credentials,
  type Parameters,
  type Pkce,
  post,
  registerPublic,
} from '../../support/client.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../../support/world.ts'

type Challenge = FirstPartyAppsDraft03Options['challenge']

/** The login of the application: a password, and then a one-time password. */
const passwordThenOtp =
  (clock: () => number): Challenge =>
  ({ parameters, state }): ChallengeAnswer => {
    if (state === undefined) {
      if (parameters.password !== 'open sesame') {
        return { type: 'insufficient_authorization', members: { password_wrong: true } }
      }
      return { type: 'insufficient_authorization', state: { userId: alice.id }, members: { otp_required: true } }
    }
    const { userId } = state as { readonly userId: string }
    if (parameters.otp === 'suspicious') return { type: 'redirect_to_web' }
    if (parameters.otp !== '123456') return { type: 'insufficient_authorization', state, members: { otp_wrong: true } }
    return {
      type: 'authorized',
      userId,
      session: { id: 'app-session', authTime: clock(), amr: ['pwd', 'otp'], acr: 'urn:two-factors' },
    }
  }

export interface AppWorldOptions {
  readonly challenge?: Challenge
  readonly feature?: Omit<FirstPartyAppsDraft03Options, 'challenge'>
  readonly world?: WorldOptions
}

/** A world whose first-party applications sign users in by password and one-time password. */
export function appWorld({ challenge, feature, world: options = {} }: AppWorldOptions = {}): World {
  let now = (): number => 0
  const own = experimentalFirstPartyAppsDraft03({
    challenge: challenge ?? passwordThenOtp(() => now()),
    ...feature,
  })
  const world = createQuickWorld({ ...options, features: [own, ...(options.features ?? [])] })
  now = () => world.clock.now()
  return world
}

export function registerApp(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return registerPublic(world, { first_party_application: true, application_type: 'native', ...input })
}

/** The scopes that the application asks for. */
export const scope = 'openid email offline_access'

/** Sends the first request of a session. */
export function begin(
  world: World,
  client: RegisteredClient,
  pkce: Pkce,
  more: Parameters = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const request = { response_type: 'code', scope, code_challenge: pkce.challenge, code_challenge_method: 'S256' }
  return next(world, client, { ...request, password: 'open sesame', ...more }, headers)
}

/** Sends another request to the authorization challenge endpoint. */
export function next(
  world: World,
  client: RegisteredClient,
  form: Parameters,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const own = credentials(client)
  return post(world, '/oauth2/authorize-challenge', { ...own.form, ...form }, { ...own.headers, ...headers })
}

/** Runs the login to its code. */
export async function signIn(world: World, client: RegisteredClient, more: Parameters = {}) {
  const pkce = createPkce()
  const first = await begin(world, client, pkce, more)
  const { body } = await next(world, client, { auth_session: first.body.auth_session, otp: '123456' })
  return { code: body.authorization_code as string, pkce, first: first.body }
}

/** Redeems the code, without a redirect URI, as the draft says. */
export function redeem(
  world: World,
  client: RegisteredClient,
  { code, pkce }: { readonly code: string; readonly pkce: Pkce },
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { form, headers: own } = credentials(client)
  const request = { grant_type: 'authorization_code', code, code_verifier: pkce.verifier }
  return post(world, '/oauth2/token', { ...form, ...request }, { ...own, ...headers })
}
