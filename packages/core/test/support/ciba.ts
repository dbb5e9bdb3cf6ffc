import type { ClientInput, Provider, RegisteredClient } from '@oauth/core'
import {
  type BackchannelDecision,
  type BackchannelRequest,
  type Ciba,
  type CibaOptions,
  ciba,
} from '@oauth/core/features/backchannel-authentication'
import { type Answer, type Parameters, postAs, registerConfidential } from './client.ts'
import { createQuickWorld } from './tokens.ts'
import { alice, type TestUser, type World, type WorldOptions } from './world.ts'

export const cibaGrantType = 'urn:openid:params:grant-type:ciba'
export const cibaPath = '/oauth2/backchannel_authentication'
export const cibaScope = 'openid email offline_access'

/** A server with back-channel authentication, and what its host was told. */
export interface CibaWorld extends World {
  readonly told: BackchannelRequest[]
  /** The notifications of clients that were handed to `waitUntil`. */
  readonly notifications: Promise<void>[]
}

export function cibaWorld(
  options: Partial<CibaOptions> = {},
  { features = [], ...world }: WorldOptions = {},
): CibaWorld {
  const told: BackchannelRequest[] = []
  const notifications: Promise<void>[] = []
  const made: World = createQuickWorld({
    features: [
      ...features,
      ciba({
        resolveUser: ({ loginHint }) => [...made.users.values()].find(({ email }) => email === loginHint)?.id,
        notifyUser: (request) => void told.push(request),
        waitUntil: (notification) => void notifications.push(notification),
        retryAfterSeconds: [],
        ...options,
      }),
    ],
    ...world,
  })
  return Object.assign(made, { told, notifications })
}

export function registerCiba(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return registerConfidential(world, {
    redirect_uris: [],
    grant_types: [cibaGrantType, 'refresh_token'],
    backchannel_token_delivery_mode: 'poll',
    ...input,
  })
}

export interface StartedCiba {
  readonly auth_req_id: string
  readonly expires_in: number
  readonly interval: number
}

/** A request that the server takes, with these changes. */
export const cibaForm = (changes: Parameters = {}): Parameters => ({
  scope: cibaScope,
  login_hint: alice.email,
  ...changes,
})

export function askCiba(world: World, client: RegisteredClient, changes: Parameters = {}): Promise<Answer> {
  return postAs(world, client, cibaPath, cibaForm(changes))
}

/** Asks for a user's approval, as a client that the server takes. */
export async function startCiba(
  world: World,
  client: RegisteredClient,
  changes: Parameters = {},
): Promise<StartedCiba> {
  const { status, body } = await askCiba(world, client, changes)
  if (status !== 200) throw new Error(`not started: ${status} ${JSON.stringify(body)}`)
  return body
}

/** Asks for tokens once. */
export function pollCiba(
  world: World,
  client: RegisteredClient,
  { auth_req_id }: Pick<StartedCiba, 'auth_req_id'>,
  form: Parameters = {},
): Promise<Answer> {
  return postAs(world, client, '/oauth2/token', { grant_type: cibaGrantType, auth_req_id, ...form })
}

export function apiOf(provider: Provider): Ciba {
  return (provider.features as unknown as { readonly ciba: Ciba }).ciba
}

/** The request that was told last, or the only one that waits for the user. */
export async function lastWaiting(world: World, user: TestUser = alice): Promise<BackchannelRequest> {
  const last = (await apiOf(world.provider).list(user.id)).at(-1)
  if (last === undefined) throw new Error('nothing waits')
  return last
}

/** Decides about a request for its user. */
export async function decideCiba(
  world: World,
  request: Pick<BackchannelRequest, 'id'> | undefined = undefined,
  changes: Partial<BackchannelDecision> = {},
): Promise<string> {
  const { id } = request ?? (await lastWaiting(world))
  const approval = { approved: true, userId: alice.id, session: { authTime: world.clock.now(), amr: ['pwd'] } }
  const decision = changes.approved === false ? { userId: alice.id, ...changes } : { ...approval, ...changes }
  return apiOf(world.provider).decide(id, decision as BackchannelDecision)
}
