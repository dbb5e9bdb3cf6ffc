import { expect } from 'vitest'
import type { Answer } from './client.ts'
import { expectJsonError, send } from './expectations.ts'
import { alice, baseUrl, createWorld, type TestUser, type World, type WorldOptions } from './world.ts'

export const redirectUris = ['https://client.example.com/callback']

/** Users, and software with an initial access token, may register machine clients. */
export const withMachines: WorldOptions = {
  clientRegistrationMachineAccess: {
    scopes: ['notes:read', 'notes:write'],
    resources: ['https://api.example.com', 'https://files.example.com/v1'],
  },
}

/** A world in which whoever is signed in, or has an initial access token, registers clients. */
export function registrationWorld(options: WorldOptions = {}): World {
  return createWorld({ allowDynamicClientRegistration: true, ...options })
}

/** The same, and anybody else too. */
export function openWorld(options: WorldOptions = {}): World {
  return registrationWorld({ allowUnauthenticatedClientRegistration: true, ...options })
}

type Headers = Readonly<Record<string, string>>

/** What the browser of a user who is signed in sends from a page of the host's. */
export function fromOwnPage(world: World, user: TestUser = alice): Headers {
  return { cookie: `session=${world.signIn(user)}`, origin: baseUrl }
}

/** Posts to the registration endpoint; `body` as text is sent as it is. */
export function register(world: World, body: object | string, headers: Headers = {}): Promise<Answer> {
  return send(world, `${world.issuer}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Registers a client for alice and answers with what she got. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the server answered, read by assertions
export async function registered(world: World, body: object = {}): Promise<any> {
  const answer = await register(world, { redirect_uris: redirectUris, ...body }, fromOwnPage(world))
  if (answer.status !== 201) throw new Error(`not registered: ${JSON.stringify(answer.body)}`)
  return answer.body
}

export interface SelfManaged {
  readonly registration_client_uri: string
  readonly registration_access_token: string
}

/** A request of the client to its own configuration endpoint. */
export function configure(
  world: World,
  client: SelfManaged,
  method: 'GET' | 'PUT' | 'DELETE',
  body?: object | string,
  token: string = client.registration_access_token,
): Promise<Answer> {
  return send(world, client.registration_client_uri, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

/** All that a client was told of itself, without what must not be sent back. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the server answered
export function repeated(client: any, changes: object = {}): object {
  const {
    registration_access_token: _token,
    registration_client_uri: _uri,
    client_secret_expires_at: _end,
    client_id_issued_at: _start,
    ...metadata
  } = client
  return { ...metadata, ...changes }
}

/** A registration for alice that is refused and leaves nothing behind. Answers with the description. */
export async function refused(body: object, code = 'invalid_client_metadata'): Promise<string> {
  const world = registrationWorld()
  const answer = await register(world, { redirect_uris: redirectUris, ...body }, fromOwnPage(world))
  expectJsonError(answer, 400, code)
  expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  return answer.body.error_description
}
