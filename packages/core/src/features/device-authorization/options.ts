import * as v from 'valibot'
import { parseFeatureOptions } from '../../contracts/feature-options.ts'
import { wholeNumberFrom } from '../../contracts/number-option.ts'
import type { Awaitable } from '../../storage/awaitable.ts'

/** The options of `deviceAuthorization`. */
export interface DeviceAuthorizationOptions {
  /**
   * The page of your application where the user enters the code that the device shows, for instance `/device`: a path on
   * the origin of `baseUrl`, or a URL. Users type it, so keep it short. Its form posts `user_code` to `/oauth2/device`
   * below the issuer. The form must be on the origin of `baseUrl` or of one of your other pages.
   */
  readonly verificationUri: string
  /**
   * Where the browser goes when the user has answered, with the parameter `result`: `approved` or `denied`. A path or a
   * URL. Default: a page of the server, which says that the user can go back to the device.
   */
  readonly resultUri?: string | undefined
  /** How long the user has to enter the code and to approve, in seconds. 60 to 600, default 600. */
  readonly lifetimeSeconds?: number | undefined
  /** How long a device waits between two token requests, in seconds (`interval`). 1 to 60, default 5. */
  readonly intervalSeconds?: number | undefined
  /**
   * Whether the device also gets `verification_uri_complete`, a URL with the code in it, for a QR code. The user still
   * compares the code and confirms. Default `true`.
   */
  readonly completeUri?: boolean | undefined
  /** How often one user, and everybody else together, may enter a code. */
  readonly codeEntries?: CodeEntryLimit | undefined
  /**
   * The ids of the clients that may use the grant. Default: every client that is registered for it. List your own devices
   * here when you have no others: most attacks begin with a client that the attacker controls.
   */
  readonly clients?: readonly string[] | undefined
  /**
   * Says where a device is, for the page on which the user compares it, for instance
   * `{ country: countryOf(request) }`. It gets the request of the device. The answer has at most 20 members, each with a
   * text of at most 255 characters.
   */
  readonly describeOrigin?:
    | ((request: Request) => Awaitable<Readonly<Record<string, string>> | undefined | null>)
    | undefined
}

/**
 * A limit for entered codes, right or wrong. It holds for each signed-in user. For each address (`rateLimit.clientAddress`),
 * and for all users together who are not signed in where no address is known, it is ten times as high. The right code is
 * not counted. It is kept in the storage, so it holds for all processes together, with or without the option `rateLimit`.
 */
export interface CodeEntryLimit {
  /** How many wrong codes. 1 to 1000, default 10. */
  readonly max?: number | undefined
  /** In how many seconds. 1 to 86400, default 600. */
  readonly windowSeconds?: number | undefined
}

/** The options of `deviceAuthorization` with their defaults. */
export interface DeviceRules {
  readonly verificationUri: string
  readonly resultUri?: string | undefined
  readonly lifetimeSeconds: number
  readonly intervalSeconds: number
  readonly completeUri: boolean
  readonly codeEntries: { readonly max: number; readonly windowSeconds: number }
  readonly clients?: readonly string[] | undefined
  /** The function of the host. Its answer is not checked yet. */
  readonly describeOrigin?: ((request: Request) => unknown) | undefined
}

const seconds = (least: number, most: number) => wholeNumberFrom(least, most, 'seconds')
const page = v.pipe(v.string('must be a path or a URL'), v.nonEmpty('must not be empty'))

const entries = {
  verificationUri: page,
  resultUri: v.optional(page),
  lifetimeSeconds: v.optional(seconds(60, 600), 600),
  intervalSeconds: v.optional(seconds(1, 60), 5),
  completeUri: v.optional(v.boolean(), true),
  codeEntries: v.optional(
    v.strictObject({
      max: v.optional(wholeNumberFrom(1, 1000), 10),
      windowSeconds: v.optional(seconds(1, 86_400), 600),
    }),
    {},
  ),
  clients: v.optional(v.array(v.string())),
  describeOrigin: v.optional(v.function('must be a function')),
}

/** @throws {TypeError} when an option is unknown or wrong */
export function parseDeviceOptions(options: DeviceAuthorizationOptions): DeviceRules {
  return parseFeatureOptions('deviceAuthorization', entries, options) as DeviceRules
}

/**
 * Returns a page option as a URL.
 * @throws {TypeError} that says what to change
 */
export function pageUri(
  name: 'verificationUri' | 'resultUri',
  value: string,
  { issuer, origin, secure }: { readonly issuer: string; readonly origin: string; readonly secure: boolean },
): string {
  if (!URL.canParse(value, origin)) throw problem(name, 'must be a path or a URL')
  const url = new URL(value, origin)
  if (url.protocol !== 'https:' && (secure || url.protocol !== 'http:')) throw problem(name, 'must be an https URL')
  if (url.hash !== '' || value.includes('#')) throw problem(name, 'must not have a fragment')
  if (url.username !== '' || url.password !== '') throw problem(name, 'must not have credentials')
  if (url.href.startsWith(`${issuer}/oauth2/`)) {
    throw problem(name, `must be a page of your application, and ${issuer}/oauth2/... are endpoints of the server`)
  }
  return url.href
}

function problem(name: string, text: string): TypeError {
  return new TypeError(`deviceAuthorization: ${name} ${text}`)
}
