import type { ClientChanges, Provider, RegisteredClient } from '@oauth/core'

/** The calls of the provider that the pages use: the routes of users for their own clients, and one of the server side. */
export interface ClientRoutes {
  readonly issuer: string
  readonly handlers: Pick<
    Provider['handlers'],
    'createClient' | 'getClient' | 'getClients' | 'updateClient' | 'deleteClient' | 'rotateClientSecret'
  >
  readonly updateClient: Provider['updateClient']
}

/** A client as its owner sees it. `client_secret` is there only in the answer that made the secret. */
export interface OwnClient extends RegisteredClient {
  readonly disabled: boolean
}

/** Why the provider refused a call. `description` is for the developer. */
export interface Refusal {
  readonly error: string
  readonly description: string
}

export type Answer<Value> = { readonly value: Value } | { readonly refusal: Refusal }

export interface OwnClients {
  list(): Promise<readonly OwnClient[]>
  /** Returns the client, or `undefined` when it does not exist or belongs to another user. */
  find(clientId: string): Promise<OwnClient | undefined>
  create(metadata: object): Promise<Answer<OwnClient>>
  update(clientId: string, changes: object): Promise<Answer<OwnClient>>
  /** Makes a new secret. The provider refuses the old one at once. */
  rotateSecret(clientId: string): Promise<Answer<OwnClient>>
  remove(clientId: string): Promise<Answer<unknown>>
  /**
   * Lets a client that the user owns, an API, ask about the access tokens for these resources. Only the server side may do
   * so: decide who runs which API before you copy this.
   */
  standFor(clientId: string, resources: readonly string[]): Promise<void>
  /**
   * Turns the client off or on. The routes of users do not have this, so call the server side, and only for a client that
   * the user owns. An operator who blocks clients needs a mark of their own, or the owner could undo it here.
   */
  setDisabled(clientId: string, disabled: boolean): Promise<void>
}

/**
 * Manages the clients of the user who sent `request`. It calls the provider's own routes for users (`createClient` and the
 * others) with the cookies of the request, so the provider decides whose client it is and what an owner may set. With
 * `registerClient` and `user_id` the clients would count as registered by the server side: they could get everything, and
 * the consent page would not say that nobody has checked them.
 */
export function ownClients(provider: ClientRoutes, request: Request): OwnClients {
  const { handlers, issuer } = provider
  const headers = {
    'content-type': 'application/json',
    cookie: request.headers.get('cookie') ?? '',
    // The page has checked its own form, so this call comes from the origin of the server.
    origin: new URL(issuer).origin,
  }

  async function answerOf<Value>(response: Promise<Response>): Promise<Answer<Value>> {
    const answer = await response
    const body = (await answer.json()) as Value & { readonly error?: string; readonly error_description?: string }
    if (answer.ok) return { value: body }
    if (answer.status >= 500) throw new Error(`the provider answered ${answer.status}: ${body.error}`)
    const { error = '', error_description: description = error } = body
    return { refusal: { error, description } }
  }
  const get = <Value>(handler: keyof ClientRoutes['handlers'], query = '') =>
    answerOf<Value>(handlers[handler](new Request(`${issuer}/oauth2/clients${query}`, { headers })))
  const post = <Value>(handler: keyof ClientRoutes['handlers'], body: object) =>
    answerOf<Value>(
      handlers[handler](
        new Request(`${issuer}/oauth2/clients`, { method: 'POST', headers, body: JSON.stringify(body) }),
      ),
    )

  /** Changes what only the server side may set, of a client that the user owns. */
  async function change(clientId: string, changes: ClientChanges): Promise<void> {
    if ((await find(clientId)) !== undefined) await provider.updateClient(clientId, changes)
  }

  async function find(clientId: string): Promise<OwnClient | undefined> {
    const answer = await get<OwnClient>('getClient', `?${new URLSearchParams({ client_id: clientId })}`)
    return 'value' in answer ? answer.value : undefined
  }

  return {
    async list() {
      const answer = await get<readonly OwnClient[]>('getClients')
      return 'value' in answer ? answer.value : []
    },
    find,
    create: (metadata) => post('createClient', metadata),
    update: (client_id, update) => post('updateClient', { client_id, update }),
    rotateSecret: (client_id) => post('rotateClientSecret', { client_id }),
    remove: (client_id) => post('deleteClient', { client_id }),
    standFor: (clientId, resources) => change(clientId, { resources }),
    setDisabled: (clientId, disabled) => change(clientId, { disabled }),
  }
}
