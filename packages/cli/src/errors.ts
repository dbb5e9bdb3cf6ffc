/** A command was called in a wrong way: the exit code is 2, and the text says what to change. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A command cannot do its work: the exit code is 1, and the text says what to change. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Returns what a person reads of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
