import type { Storage } from '@oauth/core'
import { type Command, defineCommand } from '../../command.ts'
import { CommandError } from '../../errors.ts'
import { moduleOptions } from '../../host/host-options.ts'
import { withHost } from '../../host/load-host.ts'
import { json, table } from '../../output.ts'
import { tenantsIn } from './tenants-in.ts'

/** Lists the tenants that the storage knows. */
export const tenantList: Command = defineCommand({
  name: 'tenant list',
  summary: 'List the tenants that have clients or signing keys in the storage',
  details: `For modules that export what createTenants returned. The module also exports the shared storage, as storage. A tenant
that nobody has used yet has no rows; options of createTenants knows which tenants there are.`,
  options: { ...moduleOptions, json: { kind: 'flag', summary: 'one JSON document: tenants' } },
  run: (io, values) =>
    withHost(io, values, async ({ served, path, exported }) => {
      if ('provider' in served) throw new CommandError(`${path} exports one provider, which has no tenants`)
      const { ranges } = ((await exported.storage) ?? {}) as Partial<Storage>
      if (ranges === undefined) {
        throw new CommandError(`${path} does not export its storage: export what createTenants gets as storage`)
      }
      const tenants = await tenantsIn(ranges)
      const rows = tenants.map((tenant) => [tenant])
      await io.write(values.json ? json({ tenants }) : table(['TENANT'], rows, 'No tenant has clients or keys yet.'))
      return 0
    }),
})
