import type { Answer } from './connection.ts'

/** Reads a member of a JSON response without the cost of parsing all of it. */
export function member({ body }: Answer, name: string): string {
  const value = new RegExp(`"${name}":"([^"]+)"`).exec(body)?.[1]
  if (value === undefined) throw new Error(`no ${name}: ${body}`)
  return value
}

/** @throws {Error} when the response has another status */
export function expect({ status, head, body }: Answer, expected: number): void {
  if (status !== expected) throw new Error(`${status} instead of ${expected}\n${head}\n${body}`)
}
