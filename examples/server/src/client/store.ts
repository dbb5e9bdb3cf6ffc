import type { Database } from '../database.ts'
import { createCookie } from '../web/cookie.ts'
import { hashToken, nowInSeconds, randomToken } from '../web/opaque.ts'
import type { DeviceSignIn } from './device-requests.ts'
import type { Problem } from './problem.ts'
import type { SignIn } from './sign-in-requests.ts'
import type { Tokens } from './tokens.ts'

const signInLifetime = 900
const sessionLifetime = 24 * 3600

/** The client's own session. The client knows the user only from tokens, and does not know the provider's session. */
export interface ClientSession {
  readonly subject: string
  /** The claims of the ID token of the sign-in. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly userinfo: unknown
  readonly tokens: Omit<Tokens, 'idToken'>
  readonly resource: string | undefined
  readonly refreshed: number
  /** Why the tokens have ended for good, as a sentence for the user. */
  readonly ended?: string | undefined
  /** Whether the provider or an API has refused the access token. A refresh may still bring a new one. */
  readonly refused?: boolean | undefined
  /** The newer sign-in that an API demanded, while the user is at the provider. */
  readonly confirming?: SignIn | undefined
  /** The payment that the user is asked to approve at the provider now. */
  readonly paying?: SignIn | undefined
  /** The result of the last action, which the page shows once at its top. */
  readonly outcome?: Outcome | undefined
}

export interface Outcome {
  readonly good: boolean
  readonly title: string
  /** More about it, in a sentence or two. */
  readonly text?: string
  /** What the API or the provider answered. */
  readonly detail?: string
  readonly problem?: Problem
}

export type ClientStore = ReturnType<typeof createClientStore>

export function createClientStore(database: Database, baseUrl: string) {
  const browserCookie = createCookie('marginalia_browser', baseUrl)
  const sessionCookie = createCookie('marginalia_session', baseUrl)
  const signOutCookie = createCookie('marginalia_sign_out', baseUrl)
  const insertSignIn = database.prepare<[string, string, string, string, string | null, number]>(
    'insert into demo_sign_ins (state, browser_hash, nonce, code_verifier, resource, expires_at) values (?, ?, ?, ?, ?, ?)',
  )
  const takeSignIn = database.prepare<
    [string, string, number],
    { nonce: string; code_verifier: string; resource: string | null }
  >(
    'delete from demo_sign_ins where state = ? and browser_hash = ? and expires_at > ? returning nonce, code_verifier, resource',
  )
  const findSession = database.prepare<[string, number], { data: string }>(
    'select data from demo_sessions where cookie_hash = ? and expires_at > ?',
  )
  const insertSession = database.prepare<[string, string, number]>(
    'insert into demo_sessions (cookie_hash, data, expires_at) values (?, ?, ?)',
  )
  const updateSession = database.prepare<[string, string]>('update demo_sessions set data = ? where cookie_hash = ?')
  const removeSession = database.prepare<[string]>('delete from demo_sessions where cookie_hash = ?')
  const putDevice = database.prepare<[string, string, number]>(
    'insert or replace into demo_devices (browser_hash, data, expires_at) values (?, ?, ?)',
  )
  const findDevice = database.prepare<[string, number], { data: string }>(
    'select data from demo_devices where browser_hash = ? and expires_at > ?',
  )
  const removeDevice = database.prepare<[string]>('delete from demo_devices where browser_hash = ?')
  const browserKey = (request: Request) => hashToken(browserCookie.read(request) ?? '')
  const key = (request: Request) => hashToken(sessionCookie.read(request) ?? '')

  return {
    /** Stores a sign-in for the browser that began it, so that no other browser can finish it. Returns a cookie. */
    remember(request: Request, signIn: SignIn): string {
      const browser = browserCookie.read(request) ?? randomToken()
      const { state, nonce, codeVerifier, resource } = signIn
      const expiresAt = nowInSeconds() + signInLifetime
      insertSignIn.run(state, hashToken(browser), nonce, codeVerifier, resource ?? null, expiresAt)
      return browserCookie.write(browser)
    },
    /** Removes and returns the sign-in that this browser began with this `state`. */
    take(request: Request, state: string): SignIn | undefined {
      const row = takeSignIn.get(state, browserKey(request), nowInSeconds())
      if (row === undefined) return undefined
      return { state, nonce: row.nonce, codeVerifier: row.code_verifier, resource: row.resource ?? undefined }
    },
    /** Stores the sign-in on another device that this browser waits for. Returns a cookie. */
    rememberDevice(request: Request, device: DeviceSignIn): string {
      const browser = browserCookie.read(request) ?? randomToken()
      putDevice.run(hashToken(browser), JSON.stringify(device), device.expiresAt)
      return browserCookie.write(browser)
    },
    device(request: Request): DeviceSignIn | undefined {
      const row = findDevice.get(browserKey(request), nowInSeconds())
      return row === undefined ? undefined : (JSON.parse(row.data) as DeviceSignIn)
    },
    forgetDevice: (request: Request): void => void removeDevice.run(browserKey(request)),
    current(request: Request): ClientSession | undefined {
      const row = findSession.get(key(request), nowInSeconds())
      return row === undefined ? undefined : (JSON.parse(row.data) as ClientSession)
    },
    start(request: Request, session: ClientSession): string {
      removeSession.run(key(request))
      const token = randomToken()
      insertSession.run(hashToken(token), JSON.stringify(session), nowInSeconds() + sessionLifetime)
      return sessionCookie.write(token, sessionLifetime)
    },
    change(request: Request, session: ClientSession): void {
      updateSession.run(JSON.stringify(session), key(request))
    },
    end(request: Request): string {
      removeSession.run(key(request))
      return sessionCookie.clear()
    },
    /** Stores a sign-out that continues at the provider. Returns a cookie. */
    rememberSignOut: (state: string): string => signOutCookie.write(state, signInLifetime),
    /** Returns whether this browser began a sign-out with this `state`. */
    isSignOut: (request: Request, state: string): boolean => state !== '' && signOutCookie.read(request) === state,
    forgetSignOut: (): string => signOutCookie.clear(),
    purgeExpired(): void {
      database.prepare('delete from demo_devices where expires_at <= ?').run(nowInSeconds())
      database.prepare('delete from demo_sign_ins where expires_at <= ?').run(nowInSeconds())
      database.prepare('delete from demo_sessions where expires_at <= ?').run(nowInSeconds())
    },
  }
}
