import type { Context } from '../../contracts/context.ts'
import { isJsonObject } from '../../http/json-object.ts'
import type { DeviceRules } from './options.ts'

/** Where a request of a device came from. All texts come from outside: escape them. */
export interface DeviceOrigin {
  /** The address of the device. Present with the option `rateLimit.clientAddress`. */
  readonly address?: string
  /** What the device calls itself (`User-Agent`). Any program can send any text. */
  readonly userAgent?: string
  /** What the option `describeOrigin` says, for instance a country. */
  readonly details?: Readonly<Record<string, string>>
}

const longest = 255
const mostDetails = 20

/**
 * Finds out where a request came from, so that its user can tell whether it is theirs.
 * @throws {TypeError} when the answer of the host is not what its type says
 */
export async function originOf(ctx: Context, request: Request, rules: DeviceRules): Promise<DeviceOrigin> {
  const address = addressOf(ctx, request)
  const userAgent = request.headers.get('user-agent')?.slice(0, longest)
  const details = checkDetails(await rules.describeOrigin?.(request))
  return {
    ...(address !== undefined && { address }),
    ...(userAgent !== undefined && userAgent !== '' && { userAgent }),
    ...(details !== undefined && { details }),
  }
}

/** Returns the address of a request where the host says how to know it: the last of a list, which the nearest proxy has added. */
export function addressOf({ config }: Context, request: Request): string | undefined {
  const given = config.rateLimit?.clientAddress?.(request)
  if (typeof given !== 'string') return undefined
  const last = given.slice(given.lastIndexOf(',') + 1).trim()
  return last === '' ? undefined : last.slice(0, longest)
}

function checkDetails(answer: unknown): Readonly<Record<string, string>> | undefined {
  if (answer === undefined || answer === null) return undefined
  const wrong = 'deviceAuthorization: describeOrigin must answer with an object of texts'
  if (!isJsonObject(answer)) throw new TypeError(wrong)
  const members = Object.entries(answer).filter(([, value]) => value !== undefined)
  if (members.length > mostDetails) throw new TypeError(`${wrong}, at most ${mostDetails}`)
  for (const [name, value] of members) {
    if (typeof value === 'string' && value.length <= longest) continue
    throw new TypeError(`${wrong} of at most ${longest} characters; ${name} is none`)
  }
  return Object.fromEntries(members) as Record<string, string>
}
