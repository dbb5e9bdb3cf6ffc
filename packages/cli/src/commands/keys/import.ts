import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SigningKeyImport } from '@oauth/core'
import { type Command, defineCommand } from '../../command.ts'
import { CommandError } from '../../errors.ts'
import { hostOptions } from '../../host/host-options.ts'
import { withProvider } from '../../host/load-host.ts'
import { json } from '../../output.ts'
import { keyTable } from './key-table.ts'

/** Takes over the signing keys of another server. */
export const keysImport: Command = defineCommand({
  name: 'keys import',
  summary: 'Take over the signing keys of another server, with their kid',
  details:
    'The file is a JWK set with private keys, the oldest first. Call it before this server has made keys of its own. docs/moving-in.md has the whole move.',
  arguments: [{ name: 'file', summary: 'a JWK set with private keys' }],
  options: { ...hostOptions, json: { kind: 'flag', summary: 'one JSON document: keys, without their private parts' } },
  async run(io, values, [file = '']) {
    const given = readKeys(resolve(io.directory, file))
    return withProvider(io, values, async (provider) => {
      const keys = await provider.importSigningKeys(given)
      await io.write(values.json ? json({ keys }) : keyTable(keys))
      return 0
    })
  },
})

/** Reads the keys of a set. An error of the parser is left out, because it quotes the file. */
function readKeys(file: string): readonly SigningKeyImport[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw new CommandError(`${file} cannot be read: correct the path`)
  }
  try {
    const { keys } = JSON.parse(text) as { readonly keys?: unknown }
    if (Array.isArray(keys)) return keys as readonly SigningKeyImport[]
  } catch {
    // The same text as for other JSON.
  }
  throw new CommandError(`${file} is no JWK set: it must be {"keys": [private keys]}`)
}
