import { type Command, defineCommand } from '../../command.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json, members } from '../../output.ts'
import { checkSecretOutput, secretOptions } from '../../secret-output.ts'
import { requireClient } from './require-client.ts'

/** Gives a client a new secret. */
export const clientRotateSecret: Command = defineCommand({
  name: 'client rotate-secret',
  summary: 'Give a client a new secret, which is shown this once',
  arguments: [{ name: 'client_id', summary: 'the id of the client' }],
  options: {
    ...hostOptions,
    'keep-previous': {
      kind: 'number',
      value: '<seconds>',
      summary: 'for how long the previous secret stays valid; default 0: it ends at once',
    },
    ...secretOptions,
  },
  async run(io, values, [id = '']) {
    checkSecretOutput(io, values)
    const client = await withProvider(io, values, async (provider) => {
      await requireClient(provider, id)
      return provider.rotateClientSecret(id, { keepPreviousFor: values['keep-previous'] ?? 0 })
    })
    const { client_id, client_secret, client_secret_expires_at } = client
    if (values.json) await io.write(json({ client_id, client_secret, client_secret_expires_at }))
    else {
      await io.write(members({ client_id, client_secret }))
      await io.writeError('Store client_secret now: it is not shown again.\n')
    }
    return 0
  },
})
