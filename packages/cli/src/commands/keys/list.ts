import { type Command, defineCommand } from '../../command.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json } from '../../output.ts'
import { keyTable } from './key-table.ts'

/** Lists the signing keys, without the keys themselves. */
export const keysList: Command = defineCommand({
  name: 'keys list',
  summary: 'List the signing keys: which one signs, and which is next',
  options: { ...hostOptions, json: { kind: 'flag', summary: 'one JSON document: keys' } },
  run: (io, values) =>
    withProvider(io, values, async (provider) => {
      const keys = await provider.listSigningKeys()
      await io.write(values.json ? json({ keys }) : keyTable(keys))
      return 0
    }),
})
