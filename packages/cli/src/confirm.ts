import type { CommandIo } from './command-io.ts'
import { UsageError } from './errors.ts'

/**
 * Asks whether something that cannot be undone shall be done. `--yes` answers in advance.
 * @returns `false` when the person said no
 * @throws {UsageError} when nobody is there to answer
 */
export async function confirm(io: CommandIo, yes: boolean, question: string): Promise<boolean> {
  if (yes) return true
  if (io.ask === undefined) throw new UsageError('This cannot be undone, and nobody is there to confirm it: add --yes.')
  const answer = (await io.ask(`${question} [y/N] `)).trim().toLowerCase()
  return answer === 'y' || answer === 'yes'
}
