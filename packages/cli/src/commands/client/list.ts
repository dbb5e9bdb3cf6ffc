import type { ClientRecord } from '@oauth/core'
import { type Command, defineCommand } from '../../command.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json, table, time } from '../../output.ts'
import { clientView } from './client-view.ts'

/** Lists the stored clients, a page at a time. */
export const clientList: Command = defineCommand({
  name: 'client list',
  summary: 'List the registered clients, in the order of their ids',
  options: {
    ...hostOptions,
    user: { kind: 'text', value: '<user_id>', summary: 'only the clients of this user' },
    reference: { kind: 'text', value: '<reference_id>', summary: 'only the clients of this organisation' },
    after: { kind: 'text', value: '<client_id>', summary: 'continue after this client' },
    limit: { kind: 'number', value: '<n>', least: 1, most: 1000, summary: 'how many at most; default 100' },
    json: { kind: 'flag', summary: 'one JSON document: clients, and next when there are more' },
  },
  run: (io, values) =>
    withProvider(io, values, async (provider) => {
      const { user: userId, reference: referenceId, after, limit = 100 } = values
      const clients = await provider.listClients({ userId, referenceId, after, limit })
      const next = clients.length < limit ? undefined : clients.at(-1)?.id
      if (values.json) {
        await io.write(json({ clients: clients.map(clientView), next }))
        return 0
      }
      await io.write(table(columns, clients.map(cells), 'There are no clients: oauth client create makes one.'))
      if (next !== undefined) await io.writeError(`There may be more: --after ${next}\n`)
      return 0
    }),
})

const columns = ['CLIENT ID', 'NAME', 'AUTHENTICATION', 'GRANT TYPES', 'REGISTERED BY', 'FIRST USED', 'STATE']

function cells({ id, metadata, registeredBy, usedAt, disabled }: ClientRecord): readonly (string | undefined)[] {
  const { client_name, token_endpoint_auth_method, grant_types } = metadata
  const state = disabled ? 'disabled' : 'enabled'
  return [
    id,
    client_name,
    token_endpoint_auth_method,
    grant_types.join(' '),
    registeredBy,
    time(usedAt) ?? 'never',
    state,
  ]
}
