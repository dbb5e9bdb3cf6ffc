import type { Command } from '../../command.ts'
import { defineCommand } from '../../command.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json, printable } from '../../output.ts'
import { clientView } from './client-view.ts'
import { requireClient } from './require-client.ts'

/** Makes the server refuse a client, until it is enabled again. */
export const clientDisable: Command = switchCommand('disable', true)

/** Lets a disabled client work again, with the grants that it had. */
export const clientEnable: Command = switchCommand('enable', false)

function switchCommand(verb: 'disable' | 'enable', disabled: boolean): Command {
  return defineCommand({
    name: `client ${verb}`,
    summary: disabled ? 'Refuse a client and its tokens, until it is enabled' : 'Let a disabled client work again',
    details: 'Other processes notice within clientCacheSeconds.',
    arguments: [{ name: 'client_id', summary: 'the id of the client' }],
    options: { ...hostOptions, json: { kind: 'flag', summary: 'one JSON document: the client' } },
    run: (io, values, [id = '']) =>
      withProvider(io, values, async (provider) => {
        await requireClient(provider, id)
        const client = await provider.updateClient(id, { disabled })
        await io.write(values.json ? json(clientView(client)) : `Client ${printable(id)} is ${verb}d.\n`)
        return 0
      }),
  })
}
