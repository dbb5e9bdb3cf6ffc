import { type Command, defineCommand } from '../../command.ts'
import { confirm } from '../../confirm.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json, printable } from '../../output.ts'
import { requireClient } from './require-client.ts'

/** Deletes a client with its grants, tokens and consents. */
export const clientDelete: Command = defineCommand({
  name: 'client delete',
  summary: 'Delete a client; its grants, tokens and consents end',
  arguments: [{ name: 'client_id', summary: 'the id of the client' }],
  options: {
    ...hostOptions,
    yes: { kind: 'flag', summary: 'do not ask' },
    json: { kind: 'flag', summary: 'one JSON document: client_id and deleted' },
  },
  run: (io, values, [id = '']) =>
    withProvider(io, values, async (provider) => {
      const { metadata } = await requireClient(provider, id)
      const name = printable(metadata.client_name ?? id)
      if (!(await confirm(io, values.yes, `Delete ${name} (${printable(id)}) with its grants and consents?`))) return 1
      const deleted = await provider.deleteClient(id)
      await io.write(values.json ? json({ client_id: id, deleted }) : `Client ${printable(id)} is deleted.\n`)
      return 0
    }),
})
