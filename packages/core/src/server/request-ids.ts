import type { RequestIdPolicy } from '../contracts/config.ts'
import type { Random } from '../contracts/random.ts'

/** Returns the id of a request. */
export type RequestIds = (request: Request) => string

/** What an id of a header may contain: characters that need no escaping in logs, headers and pages. */
const accepted = /^[\w.:+/=@-]{1,128}$/

/**
 * Makes the function that names requests: by the header that the host trusts, or by a random text for the process and a
 * number. Ids are for finding what belongs together; they are no secrets and prove nothing.
 */
export function createRequestIds({ fromHeader }: RequestIdPolicy, random: Random): RequestIds {
  let prefix: string | undefined
  let number = 0
  return ({ headers }) => {
    const given = fromHeader === undefined ? null : headers.get(fromHeader)
    if (given !== null && accepted.test(given)) return given
    prefix ??= Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, '0')).join('')
    number += 1
    return `${prefix}-${number.toString(36)}`
  }
}
