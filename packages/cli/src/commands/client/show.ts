import { type Command, defineCommand } from '../../command.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json, members } from '../../output.ts'
import { clientView, readableClient } from './client-view.ts'
import { requireClient } from './require-client.ts'

/** Shows one client without its secrets. */
export const clientShow: Command = defineCommand({
  name: 'client show',
  summary: 'Show a client',
  arguments: [{ name: 'client_id', summary: 'the id of the client' }],
  options: { ...hostOptions, json: { kind: 'flag', summary: 'one JSON document' } },
  run: (io, values, [id = '']) =>
    withProvider(io, values, async (provider) => {
      const view = clientView(await requireClient(provider, id))
      await io.write(values.json ? json(view) : members(readableClient(view)))
      return 0
    }),
})
