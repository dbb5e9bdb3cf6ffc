import * as v from 'valibot'
import { issueText } from '../../contracts/issue-text.ts'

/** What the user has decided about a request. */
export type BackchannelDecision = BackchannelApproval | BackchannelDenial

/** The user has refused. */
export interface BackchannelDenial {
  readonly approved: false
  /** The user who is signed in where the answer was given. It must be the user who was asked. */
  readonly userId: string
}

/** The user has approved, all of the request or a part. */
export interface BackchannelApproval {
  readonly approved: true
  /** The user who is signed in where the answer was given. It must be the user who was asked. */
  readonly userId: string
  /** How the user has signed in to approve. It becomes `auth_time`, `acr` and `amr`. */
  readonly session: ApprovalSession
  /** The scopes that the user granted: some of those in the request. `openid` is always among them. Default: all. */
  readonly scopes?: readonly string[] | undefined
  /** The resources that the user granted: some of those in the request, at least one of them. Default: all. */
  readonly resources?: readonly string[] | undefined
  /**
   * What the user chose of the parameters of other features, by their names, as a consent page posts it. For
   * `authorization_details`: a list with one value for each element of the request, the details to grant or `null`. A text is
   * passed on as it is, anything else as JSON. Default: all of the request.
   */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined
  /** The reference under which the user approved, as `consentReferenceResolver` answers it. Default: none. */
  readonly referenceId?: string | undefined
}

/** The session, or the sign-in on a phone, in which a user has approved. */
export interface ApprovalSession {
  /** When the user last proved who they are, in seconds since the epoch. */
  readonly authTime: number
  /** The authentication context class (`acr`). */
  readonly acr?: string | undefined
  /** The authentication methods, for instance `['pwd', 'otp']`. */
  readonly amr?: readonly string[] | undefined
  /** The id of the session, for features that look at it. The grant does not end with it. */
  readonly id?: string | undefined
}

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(255))
const texts = v.array(v.string())

const decisions = v.variant('approved', [
  v.strictObject({ approved: v.literal(false), userId: id }),
  v.strictObject({
    approved: v.literal(true),
    userId: id,
    session: v.strictObject({
      authTime: v.pipe(v.number(), v.integer(), v.minValue(0)),
      acr: v.optional(v.pipe(v.string(), v.maxLength(255))),
      amr: v.optional(texts),
      id: v.optional(id),
    }),
    scopes: v.optional(texts),
    resources: v.optional(texts),
    parameters: v.optional(v.record(v.string(), v.unknown())),
    referenceId: v.optional(id),
  }),
])

/** By how many seconds the clock of the machine that made the session may be ahead. */
const tolerance = 10

/**
 * Checks what the host says of a decision.
 * @param now in seconds since the epoch
 * @throws {TypeError} that names the member
 */
export function checkDecision(decision: unknown, now: number): BackchannelDecision {
  const result = v.safeParse(decisions, decision)
  if (!result.success) {
    const [issue] = result.issues
    throw new TypeError(`ciba: decide got a wrong ${v.getDotPath(issue) ?? 'decision'}: ${issueText(issue)}`)
  }
  const checked = result.output as BackchannelDecision
  if (!checked.approved) return checked
  const { session } = checked
  if (session.authTime > now + tolerance) {
    throw new TypeError('ciba: decide got a session.authTime in the future: it is in seconds since the epoch')
  }
  return { ...checked, session: { ...session, authTime: Math.min(session.authTime, now) } }
}
