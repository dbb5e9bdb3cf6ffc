import { type Command, defineCommand } from '../command.ts'
import { hostOptions } from '../host/host-options.ts'
import { withHost } from '../host/load-host.ts'
import { providerOf } from '../host/served.ts'
import { json } from '../output.ts'

/** Milliseconds between two batches, in which the server beside gets its turn. */
const pause = 50

/** Deletes what has expired, in batches. */
export const purge: Command = defineCommand({
  name: 'purge',
  summary: 'Delete expired rows and keys that are no longer needed',
  details: `With many tenants and without --tenant, it deletes the expired rows of all of them. With --tenant, it deletes the unused clients
and the old keys of one.`,
  options: {
    ...hostOptions,
    limit: { kind: 'number', value: '<n>', least: 1, summary: 'rows in one batch; default 1000' },
    once: { kind: 'flag', summary: 'one batch alone' },
    json: { kind: 'flag', summary: 'one JSON document: deleted' },
  },
  run: (io, values) =>
    withHost(io, values, async ({ served, path }) => {
      const { tenant } = values
      const server =
        'tenants' in served && tenant === undefined ? served.tenants : await providerOf(served, tenant, path)
      const { limit = 1000, once } = values
      let deleted = 0
      for (;;) {
        const batch = await server.purgeExpired({ limit })
        deleted += batch
        if (once || batch < limit) break
        io.progress?.(`${deleted} rows deleted`)
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
      await io.write(values.json ? json({ deleted }) : `${deleted} rows deleted.\n`)
      return 0
    }),
})
