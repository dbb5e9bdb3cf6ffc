import type { Endpoint } from '../contracts/endpoint.ts'
import type { Feature } from '../contracts/feature.ts'
import { adminCreateClient } from '../endpoints/admin/create-client.ts'
import { adminUpdateClient } from '../endpoints/admin/update-client.ts'
import { createClient } from '../endpoints/clients/create-client.ts'
import { deleteClient } from '../endpoints/clients/delete-client.ts'
import { getClient } from '../endpoints/clients/get-client.ts'
import { getClients } from '../endpoints/clients/get-clients.ts'
import { publicClient, publicClientPrelogin } from '../endpoints/clients/public-client.ts'
import { rotateClientSecret } from '../endpoints/clients/rotate-client-secret.ts'
import { updateClient } from '../endpoints/clients/update-client.ts'

/** The endpoints with which users manage their clients, and administrators all clients. */
export const clientManagement: readonly Endpoint[] = [
  ...[createClient, getClient, getClients, updateClient, deleteClient, rotateClientSecret, publicClient],
  ...[adminCreateClient, adminUpdateClient],
]

/** The endpoint from which login pages read public data of a client before the user has signed in. */
export const clientsBeforeLogin: Feature = {
  name: 'clients_before_login',
  start: () => ({ endpoints: [publicClientPrelogin] }),
}
