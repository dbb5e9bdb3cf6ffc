import { subjectOf } from '../../claims/subject.ts'
import type { Context } from '../../contracts/context.ts'
import type { Parameters } from '../../http/parameters.ts'
import { OAuthError } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { verifyIdTokenHint } from '../../tokens/id-token-hint.ts'
import type { CibaRules, UserHint } from './options.ts'

const hints = ['login_hint', 'login_hint_token', 'id_token_hint'] as const

/** The longest `login_hint`, in characters. A token may be longer. */
const longest = 255

/** A hint that names the user: exactly one of the three. */
export interface SentHint {
  readonly name: (typeof hints)[number]
  readonly value: string
}

/**
 * Reads the hint that names the user ({@link
 * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#auth_request CIBA Core section 7.1}).
 * @throws {OAuthError} `invalid_request` for none, and for more than one
 */
export function readHint(parameters: Parameters): SentHint {
  const sent = hints.flatMap((name) => {
    const value = parameters.get(name)
    return value === undefined ? [] : [{ name, value }]
  })
  const [hint, ...others] = sent
  if (hint === undefined || others.length > 0) {
    throw new OAuthError('invalid_request', `send exactly one of ${hints.join(', ')}`)
  }
  if (hint.name === 'login_hint' && hint.value.length > longest) {
    throw new OAuthError('invalid_request', `login_hint must have at most ${longest} characters`)
  }
  return hint
}

/**
 * Finds the user whom a hint names, with the help of the host.
 * @returns the id of a user whom the host knows
 * @throws {OAuthError} `unknown_user_id`, or what the host throws, for instance `expired_login_hint_token`
 * @throws {TypeError} when the host answers with anything but an id
 */
export async function findUser(ctx: Context, rules: CibaRules, client: ClientRecord, hint: SentHint): Promise<string> {
  const subject = hint.name === 'id_token_hint' ? await subjectIn(ctx, client, hint.value) : undefined
  const userId = await userOf(rules, client, hint, subject)
  if (userId === undefined) throw unknownUser()
  if (subject !== undefined && (await subjectOf(ctx, client, userId)) !== subject) throw unknownUser()
  const user = await ctx.config.authentication.getUser(userId)
  if (user === undefined || user === null) throw unknownUser()
  return userId
}

async function userOf(
  { resolveUser }: CibaRules,
  client: ClientRecord,
  { name, value }: SentHint,
  subject: string | undefined,
): Promise<string | undefined> {
  if (subject !== undefined && client.metadata.subject_type !== 'pairwise') return subject
  const hint: UserHint = {
    client,
    ...(name === 'login_hint' && { loginHint: value }),
    ...(name === 'login_hint_token' && { loginHintToken: value }),
    ...(subject !== undefined && { subject }),
  }
  const answer = await resolveUser(hint)
  if (answer === undefined || answer === null) return undefined
  if (typeof answer === 'string' && answer !== '' && answer.length <= 255) return answer
  throw new TypeError(
    'ciba: resolveUser must answer with the id of a user, a string of 1 to 255 characters, or undefined',
  )
}

/** An expired ID token is accepted: it only says who the user is. */
async function subjectIn(ctx: Context, client: ClientRecord, token: string): Promise<string> {
  const hinted = await verifyIdTokenHint(ctx, token)
  if (hinted === undefined || hinted.clientId !== client.id) {
    throw new OAuthError('invalid_request', 'id_token_hint must be an ID token of this server for this client')
  }
  return hinted.subject
}

function unknownUser(): OAuthError {
  return new OAuthError('unknown_user_id', 'no user is known by this hint')
}
