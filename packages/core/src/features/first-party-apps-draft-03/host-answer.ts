import * as v from 'valibot'
import { issueText } from '../../contracts/issue-text.ts'
import type { ChallengeAnswer } from './options.ts'

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(255))
const json = v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))

/** Members that the server itself says. */
const own: ReadonlySet<string> = new Set([
  ...['error', 'error_description', 'error_uri', 'auth_session', 'request_uri', 'expires_in', '__proto__'],
])

const answers = v.variant('type', [
  v.strictObject({
    type: v.literal('authorized'),
    userId: id,
    session: v.strictObject({
      id,
      authTime: v.pipe(v.number(), v.integer(), v.minValue(0)),
      acr: v.optional(v.string()),
      amr: v.optional(v.array(v.string())),
    }),
  }),
  v.strictObject({
    type: v.literal('insufficient_authorization'),
    state: v.optional(json),
    members: v.optional(
      v.pipe(
        v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
        v.check((members) => Object.keys(members).every((name) => !own.has(name)), 'has a member of the server itself'),
      ),
    ),
  }),
  v.strictObject({ type: v.literal('redirect_to_web') }),
])

/**
 * Checks what the host's function has answered.
 * @param now in seconds since the epoch
 * @throws {TypeError} that names the member, which ends the request with `server_error`
 */
export function checkAnswer(answer: unknown, now: number): ChallengeAnswer {
  const result = v.safeParse(answers, answer)
  if (!result.success) {
    const [issue] = result.issues
    throw new TypeError(`challenge answered with a wrong ${v.getDotPath(issue) ?? 'value'}: ${issueText(issue)}`)
  }
  const checked = result.output as ChallengeAnswer
  if (checked.type === 'authorized' && checked.session.authTime > now) {
    throw new TypeError('challenge answered with a session.authTime in the future: it is in seconds since the epoch')
  }
  return checked
}
