import { authorizationDetailsIn, confirmationOf, invalid, isTextList } from './claims.ts'
import { unavailable } from './errors.ts'
import type { VerifiedToken } from './verified-token.ts'

/** The result of a verification function in the same process. `VerifiedAccessToken` of `@oauth/core` fits. */
export interface LocalToken {
  readonly id?: string
  readonly clientId: string
  readonly userId?: string
  readonly sessionId?: string
  /** Seconds since the epoch at which the user last authenticated. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly scopes: readonly string[]
  readonly audience: readonly string[]
  /** Seconds since the epoch. */
  readonly issuedAt: number
  readonly expiresAt: number
  readonly claims?: Readonly<Record<string, unknown>>
  /** What features of the authorization server say of the token; with `cnf` it is bound to a key. */
  readonly extra?: Readonly<Record<string, unknown>>
}

/** Verifies a token. Returns `undefined` when the token is not valid, or not for `audience`. */
export type LocalVerification = (
  token: string,
  options: { readonly audience: string },
) => Promise<LocalToken | undefined>

/**
 * Verifies a token with a function of the same process alone, without a request to the authorization server.
 * @throws {ResourceError} `invalid_token`; `temporarily_unavailable` when the function fails
 */
export async function verifyLocally(
  verifyWith: LocalVerification,
  token: string,
  audience: string,
): Promise<VerifiedToken> {
  const found = await ask(verifyWith, token, audience)
  if (!found) throw invalid(undefined, 'verifyWith knows no such token, or it is not for this resource')
  checkAnswer(found)
  const members = { ...found.claims, ...found.extra }
  const cnf = confirmationOf(members)
  const authorizationDetails = authorizationDetailsIn(members)
  return {
    subject: found.userId ?? found.clientId,
    clientId: found.clientId,
    scopes: found.scopes,
    audience: found.audience,
    expiresAt: found.expiresAt,
    issuedAt: found.issuedAt,
    ...(found.id !== undefined && { tokenId: found.id }),
    ...(found.sessionId !== undefined && { sessionId: found.sessionId }),
    ...(found.authTime !== undefined && { authTime: found.authTime }),
    ...(found.acr !== undefined && { acr: found.acr }),
    ...(found.amr !== undefined && { amr: found.amr }),
    ...(cnf !== undefined && { cnf }),
    ...(authorizationDetails !== undefined && { authorizationDetails }),
    claims: found.claims ?? {},
    source: 'local',
  }
}

async function ask(verifyWith: LocalVerification, token: string, audience: string): Promise<LocalToken | undefined> {
  try {
    return await verifyWith(token, { audience })
  } catch (cause) {
    throw unavailable(cause)
  }
}

/** What must hold for the members of an answer that decide about access. Text would be searched for a part of it. */
const rules: readonly (readonly [name: keyof LocalToken, rule: string, holds: (value: unknown) => boolean])[] = [
  ['clientId', 'a string', isText],
  ['audience', 'a list of strings', isTextList],
  ['scopes', 'a list of strings', isTextList],
  ['expiresAt', 'seconds since the epoch', Number.isFinite],
  ['userId', 'a string or nothing', optional(isText)],
  ['authTime', 'seconds since the epoch or nothing', optional(Number.isFinite)],
  ['acr', 'a string or nothing', optional(isText)],
]

/**
 * Checks the answer of the function, which need not be written in TypeScript.
 * @throws {ResourceError} `temporarily_unavailable`, whose cause says what to change
 */
function checkAnswer(answer: LocalToken): void {
  for (const [name, rule, holds] of rules) {
    if (!holds(answer[name])) throw unavailable(new TypeError(`verifyWith must answer with ${name}, ${rule}`))
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function optional(holds: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || holds(value)
}
