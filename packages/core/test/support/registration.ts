import { expect } from 'vitest'
import type { Answer } from './client.ts'
import { expectJsonError, send } from './expectations.ts'
import { alice, baseUrl, createWorld, type TestUser, type World, type WorldOptions } from './world.ts'

export const redirectUris = ['https://client.example.com/callback']

/** A policy by which users, and software with an initial access token, may register machine clients. */
export const withMachines: WorldOptions = {
  clientRegistrationMachineAccess: {
    scopes: ['notes:read', 'notes:write'],
    resources: ['https://api.example.com', 'https://files.example.com/v1'],
  },
}

/** A world in which users who are signed in, and software with an initial access token, may register clients. */
export function registrationWorld(options: WorldOptions = {}): World {
  return createWorld({ allowDynamicClientRegistration: true, ...options })
}

/** A world in which anyone may register clients, without a session or an initial access token. */
export function openWorld(options: WorldOptions = {}): World {
  return registrationWorld({ allowUnauthenticatedClientRegistration: true, ...options })
}

type Headers = Readonly<Record<string, string>>

/** The headers that a signed-in user's browser sends from a page of the host. */
export function fromOwnPage(world: World, user: TestUser = alice): Headers {
  return { cookie: `session=${world.signIn(user)}`, origin: baseUrl }
}

/** Posts to the registration endpoint. A `body` that is a string is sent as it is. */
export function register(world: World, body: object | string, headers: Headers = {}): Promise<Answer> {
  return send(world, `${world.issuer}/oauth2/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

/** Registers a client for alice and returns the response. */
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

/** Sends a request of the client to its own configuration endpoint. */
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

/** The metadata in a registration response, without the members that an update must not send back. */
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

/** Expects that the server refuses a registration of alice and stores nothing. Returns the error description. */
export async function refused(body: object, code = 'invalid_client_metadata'): Promise<string> {
  const world = registrationWorld()
  const answer = await register(world, { redirect_uris: redirectUris, ...body }, fromOwnPage(world))
  expectJsonError(answer, 400, code)
  expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  return answer.body.error_description
}
