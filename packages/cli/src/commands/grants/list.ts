import type { ConnectedGrant } from '@oauth/core'
import { type Command, defineCommand } from '../../command.ts'
import { UsageError } from '../../errors.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json, table, time } from '../../output.ts'

/** Lists the live grants of a user. */
export const grantsList: Command = defineCommand({
  name: 'grants list',
  summary: 'List the live grants of a user, newest first',
  options: {
    ...hostOptions,
    user: { kind: 'text', value: '<user_id>', summary: 'the user (required)' },
    json: { kind: 'flag', summary: 'one JSON document: grants' },
  },
  async run(io, values) {
    const { user } = values
    if (user === undefined) throw new UsageError('--user is missing: grants are listed for one user.')
    return withProvider(io, values, async (provider) => {
      const grants = await provider.listGrants(user)
      await io.write(
        values.json ? json({ grants }) : table(columns, grants.map(cells), 'This user has no live grants.'),
      )
      return 0
    })
  },
})

const columns = ['GRANT ID', 'CLIENT', 'SCOPES', 'RESOURCES', 'MADE BY', 'CREATED', 'ENDS']

function cells(grant: ConnectedGrant): readonly (string | undefined)[] {
  const { id, clientName, clientId, scopes, resources, via, createdAt, expiresAt } = grant
  const client = clientName === clientId ? clientId : `${clientName} (${clientId})`
  return [id, client, scopes.join(' '), resources.join(' '), via, time(createdAt), time(expiresAt)]
}
