import type { ClientInput, RegisteredClient } from '@oauth/core'
import {
  type AccessTokenDecision,
  type AccessTokenExchange,
  type AccessTokenRequest,
  tokenExchange,
} from '@oauth/core/features/token-exchange'
import { type Answer, getTokens, type Parameters, postAs, registerConfidential } from './client.ts'
import { tokenExchangeName, type } from './token-exchange.ts'
import { api, createQuickWorld } from './tokens.ts'
import type { TestUser, World, WorldOptions } from './world.ts'

export const files = 'https://files.example.com/v1'

export interface ExchangeSetup {
  /** What `authorize` answers. Default: delegation to the files API. */
  readonly decision?: unknown
  readonly options?: Partial<AccessTokenExchange<TestUser>>
  readonly world?: WorldOptions
  /** Changes of the client that exchanges. */
  readonly client?: ClientInput
  /** Parameters of the sign-in. */
  readonly authorize?: Parameters
}

export const toFiles: AccessTokenDecision = { mode: 'delegation', resources: [files] }

/** Registers a client that is an API, and that exchanges the tokens of its callers. */
export function registerApi(
  world: World,
  client_id: string,
  resource: string,
  input: ClientInput = {},
): Promise<RegisteredClient> {
  return registerConfidential(world, {
    client_id,
    redirect_uris: [],
    grant_types: [tokenExchangeName, 'client_credentials'],
    scope: 'notes:read notes:write email',
    resources: [resource],
    ...input,
  })
}

/** The form of an exchange of an access token. */
export function exchangeForm(subject_token: string, form: Parameters = {}): Parameters {
  return { grant_type: tokenExchangeName, subject_token, subject_token_type: type('access_token'), ...form }
}

/**
 * A world in which Alice has signed in at a web client, whose token calls the orders API. The orders API exchanges the
 * token for one for the files API, whose client exists as well.
 */
export async function exchangeOfApis({ decision = toFiles, options, world: more = {}, ...setup }: ExchangeSetup = {}) {
  const seen: AccessTokenRequest<TestUser>[] = []
  const answers = { decision }
  const authorize = (request: AccessTokenRequest<TestUser>) => {
    seen.push(request)
    return answers.decision as AccessTokenDecision
  }
  const feature = tokenExchange<TestUser>({ accessTokens: { authorize, ...options } })
  const world = createQuickWorld({ ...more, features: [feature, ...(more.features ?? [])] })
  const web = await registerConfidential(world, { client_id: 'web' })
  const orders = await registerApi(world, 'orders-api', api, setup.client)
  const filesApi = await registerApi(world, 'files-api', files)
  const signIn = { scope: 'openid email offline_access notes:read', ...setup.authorize }
  const tokens = await getTokens(world, web, signIn, { resource: api })
  const subject: string = tokens.access_token
  const ask = (form: Parameters = {}, client = orders): Promise<Answer> =>
    postAs(world, client, '/oauth2/token', exchangeForm(subject, form))
  return { world, feature, web, orders, filesApi, tokens, subject, ask, seen, answers }
}

/** Gets a token of a client without a user. */
export async function machineToken(world: World, client: RegisteredClient, form: Parameters = {}): Promise<string> {
  const { body } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', ...form })
  return body.access_token
}
