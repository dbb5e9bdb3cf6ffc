import { type Command, defineCommand } from '../command.ts'
import { hostOptions } from '../host/host-options.ts'
import { withProvider } from '../host/load-host.ts'
import { json } from '../output.ts'

/** Milliseconds between two batches, in which the server beside gets its turn. */
const pause = 50

/** Deletes what has expired, in batches. */
export const purge: Command = defineCommand({
  name: 'purge',
  summary: 'Delete expired rows and keys that are no longer needed',
  options: {
    ...hostOptions,
    limit: { kind: 'number', value: '<n>', least: 1, summary: 'rows in one batch; default 1000' },
    once: { kind: 'flag', summary: 'one batch alone' },
    json: { kind: 'flag', summary: 'one JSON document: deleted' },
  },
  run: (io, values) =>
    withProvider(io, values, async (provider) => {
      const { limit = 1000, once } = values
      let deleted = 0
      for (;;) {
        const batch = await provider.purgeExpired({ limit })
        deleted += batch
        if (once || batch < limit) break
        io.progress?.(`${deleted} rows deleted`)
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
      await io.write(values.json ? json({ deleted }) : `${deleted} rows deleted.\n`)
      return 0
    }),
})
