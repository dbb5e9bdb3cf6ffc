import type { IncomingRequest } from './platform.ts'

const made = new WeakSet<Error>()

/** Makes the error of a body whose client has closed the connection before the end. */
export function closedConnection(): Error {
  const error = new Error('the client has closed the connection')
  made.add(error)
  return error
}

/** Whether an error says only that the client went away while its body was read. */
export function isClosedConnection(incoming: IncomingRequest, error: unknown): boolean {
  return error instanceof Error && (made.has(error) || incoming.errored === error)
}
