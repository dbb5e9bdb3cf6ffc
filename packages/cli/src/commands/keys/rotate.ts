import { type Command, defineCommand } from '../../command.ts'
import { confirm } from '../../confirm.ts'
import { UsageError } from '../../errors.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json } from '../../output.ts'
import { keyTable } from './key-table.ts'

/** Adds signing keys, or encryption keys. */
export const keysRotate: Command = defineCommand({
  name: 'keys rotate',
  summary: 'Add a signing key for each algorithm; it signs when every process knows it',
  details: 'Call it when a key is due or has leaked, not at every start: each call adds a key.',
  options: {
    ...hostOptions,
    'activate-after': {
      kind: 'number',
      value: '<seconds>',
      summary: 'when it begins to sign; default: when every cached JWKS has it',
    },
    'drop-previous': { kind: 'flag', summary: 'a key has leaked: delete the earlier keys, which ends their tokens' },
    encryption: { kind: 'flag', summary: 'the keys with which clients encrypt, in place of the signing keys' },
    yes: { kind: 'flag', summary: 'do not ask' },
    json: { kind: 'flag', summary: 'one JSON document: keys, the signing keys afterwards' },
  },
  async run(io, values) {
    const { encryption, 'activate-after': activateAfter, 'drop-previous': dropPrevious } = values
    if (activateAfter !== undefined && (encryption || dropPrevious)) {
      throw new UsageError('--activate-after does not go with --drop-previous and --encryption, which act at once.')
    }
    const question = 'Delete the earlier keys? Everything that they signed or that was encrypted to them is refused.'
    if (dropPrevious && !(await confirm(io, values.yes, question))) return 1
    return withProvider(io, values, async (provider) => {
      if (encryption) await provider.rotateEncryptionKeys({ dropPrevious })
      else await provider.rotateSigningKeys({ dropPrevious, ...(activateAfter !== undefined && { activateAfter }) })
      const keys = await provider.listSigningKeys()
      await io.write(values.json ? json({ keys }) : encryption ? 'The encryption keys are rotated.\n' : keyTable(keys))
      return 0
    })
  },
})
