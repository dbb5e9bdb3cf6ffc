import type { ClientInput, RegisteredClient } from '@oauth/core'
import { type IdJagAudience, tokenExchange } from '@oauth/core/features/token-exchange'
import { type Answer, getTokens, type Parameters, postAs, registerConfidential } from './client.ts'
import { createQuickWorld } from './tokens.ts'
import type { TestUser, World, WorldOptions } from './world.ts'

export const tokenExchangeName = 'urn:ietf:params:oauth:grant-type:token-exchange'
export const type = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`
export const chat = 'https://auth.chat.example'
export const mcp = 'https://mcp.chat.example/mcp'

export type Policy = Partial<IdJagAudience<TestUser>>

export function exchangeWorld(policy: Policy = {}, options: WorldOptions = {}): World {
  const entry = {
    audience: chat,
    clients: { 'notes-at-idp': 'notes-at-chat' },
    scopes: ['chat.read', 'chat.write'],
    resources: [mcp, 'https://files.chat.example'],
    ...policy,
  } as IdJagAudience<TestUser>
  const feature = tokenExchange<TestUser>({ idJag: { audiences: [entry] } })
  return createQuickWorld({
    userClaims: ({ email }: TestUser) => ({ email, email_verified: true }),
    ...options,
    features: [feature, ...(options.features ?? [])],
  })
}

export function registerExchanging(world: World, input: ClientInput = {}): Promise<RegisteredClient> {
  return registerConfidential(world, {
    client_id: 'notes-at-idp',
    grant_types: ['authorization_code', 'refresh_token', tokenExchangeName],
    ...input,
  })
}

export function exchange(
  world: World,
  client: RegisteredClient,
  idToken: string,
  form: Parameters = {},
): Promise<Answer> {
  return postAs(world, client, '/oauth2/token', {
    grant_type: tokenExchangeName,
    requested_token_type: type('id-jag'),
    subject_token_type: type('id_token'),
    subject_token: idToken,
    audience: chat,
    ...form,
  })
}

/** A client that has signed Alice in. */
export async function signedIn(policy: Policy = {}, options: WorldOptions = {}, input: ClientInput = {}) {
  const world = exchangeWorld(policy, options)
  const client = await registerExchanging(world, input)
  const tokens = await getTokens(world, client)
  const ask = (form: Parameters = {}) => exchange(world, client, tokens.id_token, form)
  return { world, client, tokens, ask }
}
