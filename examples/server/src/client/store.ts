import { type QueryExecutorProvider, sql } from 'kysely'
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

export function createClientStore(db: QueryExecutorProvider, baseUrl: string) {
  const browserCookie = createCookie('marginalia_browser', baseUrl)
  const sessionCookie = createCookie('marginalia_session', baseUrl)
  const signOutCookie = createCookie('marginalia_sign_out', baseUrl)
  const browserKey = (request: Request) => hashToken(browserCookie.read(request) ?? '')
  const key = (request: Request) => hashToken(sessionCookie.read(request) ?? '')

  return {
    /** Stores a sign-in for the browser that began it, so that no other browser can finish it. Returns a cookie. */
    async remember(request: Request, signIn: SignIn): Promise<string> {
      const browser = browserCookie.read(request) ?? randomToken()
      const { state, nonce, codeVerifier, resource = null } = signIn
      const expiresAt = nowInSeconds() + signInLifetime
      await sql`insert into demo_sign_ins (state, browser_hash, nonce, code_verifier, resource, expires_at)
        values (${state}, ${hashToken(browser)}, ${nonce}, ${codeVerifier}, ${resource}, ${expiresAt})`.execute(db)
      return browserCookie.write(browser)
    },
    /** Removes and returns the sign-in that this browser began with this `state`. */
    async take(request: Request, state: string): Promise<SignIn | undefined> {
      const { rows } = await sql<SignInRow>`delete from demo_sign_ins
        where state = ${state} and browser_hash = ${browserKey(request)} and expires_at > ${nowInSeconds()}
        returning nonce, code_verifier, resource`.execute(db)
      const row = rows[0]
      if (row === undefined) return undefined
      return { state, nonce: row.nonce, codeVerifier: row.code_verifier, resource: row.resource ?? undefined }
    },
    /** Stores the sign-in on another device that this browser waits for. Returns a cookie. */
    async rememberDevice(request: Request, device: DeviceSignIn): Promise<string> {
      const browser = browserCookie.read(request) ?? randomToken()
      await sql`insert into demo_devices (browser_hash, data, expires_at)
        values (${hashToken(browser)}, ${JSON.stringify(device)}, ${device.expiresAt})
        on conflict (browser_hash) do update set data = excluded.data, expires_at = excluded.expires_at`.execute(db)
      return browserCookie.write(browser)
    },
    async device(request: Request): Promise<DeviceSignIn | undefined> {
      const { rows } = await sql<DataRow>`select data from demo_devices
        where browser_hash = ${browserKey(request)} and expires_at > ${nowInSeconds()}`.execute(db)
      return rows[0] === undefined ? undefined : (JSON.parse(rows[0].data) as DeviceSignIn)
    },
    async forgetDevice(request: Request): Promise<void> {
      await sql`delete from demo_devices where browser_hash = ${browserKey(request)}`.execute(db)
    },
    async current(request: Request): Promise<ClientSession | undefined> {
      const { rows } = await sql<DataRow>`select data from demo_sessions
        where cookie_hash = ${key(request)} and expires_at > ${nowInSeconds()}`.execute(db)
      return rows[0] === undefined ? undefined : (JSON.parse(rows[0].data) as ClientSession)
    },
    async start(request: Request, session: ClientSession): Promise<string> {
      await sql`delete from demo_sessions where cookie_hash = ${key(request)}`.execute(db)
      const token = randomToken()
      await sql`insert into demo_sessions (cookie_hash, data, expires_at)
        values (${hashToken(token)}, ${JSON.stringify(session)}, ${nowInSeconds() + sessionLifetime})`.execute(db)
      return sessionCookie.write(token, sessionLifetime)
    },
    async change(request: Request, session: ClientSession): Promise<void> {
      await sql`update demo_sessions set data = ${JSON.stringify(session)} where cookie_hash = ${key(request)}`.execute(
        db,
      )
    },
    async end(request: Request): Promise<string> {
      await sql`delete from demo_sessions where cookie_hash = ${key(request)}`.execute(db)
      return sessionCookie.clear()
    },
    /** Stores a sign-out that continues at the provider. Returns a cookie. */
    rememberSignOut: (state: string): string => signOutCookie.write(state, signInLifetime),
    /** Returns whether this browser began a sign-out with this `state`. */
    isSignOut: (request: Request, state: string): boolean => state !== '' && signOutCookie.read(request) === state,
    forgetSignOut: (): string => signOutCookie.clear(),
    async purgeExpired(): Promise<void> {
      const now = nowInSeconds()
      await sql`delete from demo_devices where expires_at <= ${now}`.execute(db)
      await sql`delete from demo_sign_ins where expires_at <= ${now}`.execute(db)
      await sql`delete from demo_sessions where expires_at <= ${now}`.execute(db)
    },
  }
}

interface SignInRow {
  readonly nonce: string
  readonly code_verifier: string
  readonly resource: string | null
}

interface DataRow {
  readonly data: string
}
