import type { BaseUser } from '@oauth/core'
import { createReport } from '@oauth/core/pages'
import { memoryAttempts } from './forms/attempts.ts'
import type { LogoClient, PagesOptions, ShownUser } from './options.ts'

/** The options after the check, with their defaults. */
export interface Checked extends Omit<PagesOptions<BaseUser>, 'clientLogos'> {
  readonly showsLogo: (client: LogoClient) => boolean
  readonly show: (user: BaseUser) => ShownUser
  readonly attempts: NonNullable<PagesOptions<BaseUser>['attempts']>
  readonly languages: NonNullable<PagesOptions<BaseUser>['languages']>
  readonly nextPaths: readonly string[]
  readonly onError: (error: unknown) => void
}

const known: ReadonlySet<string> = new Set<keyof PagesOptions<BaseUser>>([
  'provider',
  'users',
  'sessions',
  'basePath',
  'scopes',
  'claims',
  'resources',
  'describeDetails',
  'clientLogos',
  'attempts',
  'nextPaths',
  'homeUrl',
  'forgotPasswordUrl',
  'loginNote',
  'languages',
  'onError',
])

/** @throws {TypeError} when an option is unknown, missing or wrong; the message names it and says what to change */
export function checkOptions(options: PagesOptions<BaseUser>): Checked {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw new TypeError(`createPages: there is no option ${name}`)
  }
  const { provider, users, sessions, clientLogos = 'verified', nextPaths = [], homeUrl, forgotPasswordUrl } = options
  requireFunctions('provider', provider, ['tryResolveLoginContext', 'listConnectedApps', 'disconnectApp'])
  requireFunctions('users', users, ['authenticate'])
  requireFunctions('sessions', sessions, ['getSession', 'start', 'end'])
  refuseOtherCapitals('users', users, ['authenticate', 'signUp', 'show'])
  refuseOtherCapitals('sessions', sessions, ['getSession', 'start', 'end', 'accounts', 'choose'])
  if ((sessions.accounts === undefined) !== (sessions.choose === undefined)) {
    throw new TypeError('createPages: sessions must have both accounts and choose, or neither')
  }
  for (const path of nextPaths) {
    if (!/^\/[\w./~-]*$/.test(path) || path.includes('//') || path.includes('..')) {
      throw new TypeError(`createPages: nextPaths: ${path} must be a path of this host, as /applications is`)
    }
  }
  requireLink('homeUrl', homeUrl)
  requireLink('forgotPasswordUrl', forgotPasswordUrl)
  return {
    ...options,
    showsLogo: logoRule(clientLogos),
    show: (user) => shownUser(users.show?.(user) ?? (user as unknown as MaybeNamed), user),
    attempts: options.attempts ?? memoryAttempts(),
    languages: options.languages ?? {},
    nextPaths,
    onError: tellHost(options.onError),
  }
}

function requireFunctions(option: string, value: object | undefined, names: readonly string[]): void {
  const missing = names.find((name) => typeof (value as Record<string, unknown> | undefined)?.[name] !== 'function')
  if (missing !== undefined) throw new TypeError(`createPages: ${option} must have the function ${missing}`)
}

/** Objects of the host may have members of their own, but a function in other capitals would never be called. */
function refuseOtherCapitals(option: string, value: object, names: readonly string[]): void {
  for (const name of Object.keys(value)) {
    const meant = names.find((one) => one !== name && one.toLowerCase() === name.toLowerCase())
    if (meant !== undefined) throw new TypeError(`createPages: ${option}.${name}: write ${meant}`)
  }
}

function requireLink(option: string, url: string | undefined): void {
  if (url === undefined || /^\/(?![/\\])[\x21-\x7e]*$/.test(url)) return
  if (URL.canParse(url) && new URL(url).protocol === 'https:') return
  throw new TypeError(`createPages: ${option} must be a path, as /account is, or a URL with https`)
}

function logoRule(clientLogos: NonNullable<PagesOptions<BaseUser>['clientLogos']>): (client: LogoClient) => boolean {
  if (typeof clientLogos === 'function') return clientLogos
  const rules = {
    verified: ({ selfRegistered }: LogoClient) => !selfRegistered,
    all: () => true,
    none: () => false,
  }
  if (Object.hasOwn(rules, clientLogos)) return rules[clientLogos]
  throw new TypeError("createPages: clientLogos must be 'verified', 'all', 'none' or a function")
}

interface MaybeNamed {
  readonly name?: unknown
  readonly email?: unknown
  readonly detail?: unknown
}

/** A user without a name is called by the address, and one without both by the id. */
function shownUser({ name, detail, email }: MaybeNamed, { id }: BaseUser): ShownUser {
  const [first, second] = [name, detail ?? email].filter((text) => typeof text === 'string' && text !== '') as string[]
  return second === undefined ? { name: first ?? id } : { name: first as string, detail: second }
}

/**
 * Makes the function that gets every failure. Without `onError`, the console gets it, redacted. The page for an error is still
 * due when `onError` throws, and a promise that it rejects must not end the process: the console then gets both failures.
 */
function tellHost(onError: ((error: unknown) => unknown) | undefined): (error: unknown) => void {
  const report = createReport()
  const print = (error: unknown): void => report('a page failed', error)
  if (onError === undefined) return print
  return (error) => {
    const told = async (): Promise<unknown> => onError(error)
    told().catch((failure) => {
      report('onError of createPages failed', failure)
      print(error)
    })
  }
}
