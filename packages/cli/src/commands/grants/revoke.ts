import { type Command, defineCommand } from '../../command.ts'
import { confirm } from '../../confirm.ts'
import { UsageError } from '../../errors.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json } from '../../output.ts'

/** Ends one grant, or the grants of a user. */
export const grantsRevoke: Command = defineCommand({
  name: 'grants revoke',
  summary: 'End one grant, or the grants of a user, with their codes and tokens',
  arguments: [{ name: 'grant_id', optional: true, summary: 'the grant; or --user' }],
  options: {
    ...hostOptions,
    user: { kind: 'text', value: '<user_id>', summary: 'end the grants of this user' },
    client: { kind: 'text', value: '<client_id>', summary: 'with --user: only those for this client' },
    yes: { kind: 'flag', summary: 'do not ask' },
    json: { kind: 'flag', summary: 'one JSON document: revoked, the number of grants that ended' },
  },
  async run(io, values, [grantId]) {
    const { user, client } = values
    if ((grantId === undefined) === (user === undefined)) {
      throw new UsageError('Name either one grant or, with --user, the user whose grants shall end.')
    }
    if (client !== undefined && user === undefined) throw new UsageError('--client needs --user.')
    const of = client === undefined ? '' : ` for ${client}`
    const question = user === undefined ? `End the grant ${grantId}?` : `End the grants of ${user}${of}?`
    if (!(await confirm(io, values.yes, question))) return 1
    return withProvider(io, values, async (provider) => {
      const revoked =
        user === undefined
          ? Number(await provider.revokeGrant(grantId ?? ''))
          : await provider.revokeUserGrants(user, { clientId: client })
      const said = revoked === 0 ? 'There was no such live grant.' : `${revoked} ended.`
      await io.write(values.json ? json({ revoked }) : `${said}\n`)
      // A script that ends one grant has to learn that the id was wrong.
      return user === undefined && revoked === 0 ? 1 : 0
    })
  },
})
