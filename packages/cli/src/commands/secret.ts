import { randomBytes } from 'node:crypto'
import { type Command, defineCommand } from '../command.ts'
import { json } from '../output.ts'
import { checkSecretOutput, secretOptions } from '../secret-output.ts'

/** Makes a value for the option `secret` of the provider. */
export const secret: Command = defineCommand({
  name: 'secret',
  summary: "Make a secret for the provider's option secret",
  options: {
    bytes: { kind: 'number', value: '<n>', least: 32, most: 1024, summary: 'how many random bytes; default 48' },
    ...secretOptions,
  },
  async run(io, values) {
    checkSecretOutput(io, values)
    const made = randomBytes(values.bytes ?? 48).toString('base64url')
    await io.write(values.json ? json({ secret: made }) : `${made}\n`)
    return 0
  },
})
