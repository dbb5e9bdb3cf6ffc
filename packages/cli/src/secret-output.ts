import type { Flag } from './command.ts'
import type { CommandIo } from './command-io.ts'
import { UsageError } from './errors.ts'

/** The options of a command that makes a secret. */
export const secretOptions: Readonly<Record<'json' | 'show-secret', Flag>> = {
  json: { kind: 'flag', summary: 'one JSON document, for programs' },
  'show-secret': { kind: 'flag', summary: 'allow --json to write the secret to a terminal' },
}

/**
 * Checks, before a secret is made, that JSON with it does not go to a terminal by accident: it would stay in the scrollback
 * of somebody who meant to pipe it.
 * @throws {UsageError} when it would
 */
export function checkSecretOutput(
  { outputIsTerminal }: CommandIo,
  values: { readonly json: boolean; readonly 'show-secret': boolean },
): void {
  if (!values.json || !outputIsTerminal || values['show-secret']) return
  throw new UsageError(
    'The JSON has a secret, and standard output is a terminal: write it to a file or a program, leave --json out, or add --show-secret. Nothing was changed.',
  )
}
