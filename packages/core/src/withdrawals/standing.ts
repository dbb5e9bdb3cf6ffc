import type { Context } from '../contracts/context.ts'
import type { BaseUser, Session, SignedIn } from '../contracts/host.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { readWithdrawals, type WithdrawalRecord } from '../records/withdrawals.ts'
import { type Awaitable, whenKnown } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import { markId } from './mark.ts'
import { countNoted } from './note.ts'

/** The moment at which a request begins, before the server asks for the session. */
export interface Beginning {
  /** Seconds since the epoch. */
  readonly at: number
  /** How many marks this process had noted by then. */
  readonly noted: number
}

/** The marks that concern one user with one session at one client. */
export interface Standing {
  /** Every mark by its version. A version that is not among them was noted later. */
  readonly versions: readonly string[]
  /** The marks that may end a sign-in in progress: those of the user, of the user at the client, and of the client. */
  readonly grants: readonly WithdrawalRecord[]
  /** Whether the session has ended: it was marked, and the user has not signed in anew within it since. */
  readonly sessionEnded: boolean
  /** Whether the client was deleted after it was registered. A client that got the same id later is another one. */
  readonly clientDeleted: boolean
}

/** No marks: nobody is signed in. */
export const unmarked: Standing = { versions: [], grants: [], sessionEnded: false, clientDeleted: false }

export function beginningNow(ctx: Context): Beginning {
  return { at: ctx.clock.now(), noted: countNoted() }
}

/** A user, and the session in which the user approved, if there was one. */
interface Standee {
  readonly user: BaseUser
  readonly session?: Pick<Session, 'id' | 'authTime'>
}

/** Reads the marks, in one round trip. */
export function readStanding(ctx: Context, client: ClientRecord, standee: Standee): Awaitable<Standing> {
  const { user, session } = standee
  const found = [
    markId(ctx, { clientId: client.id }),
    markId(ctx, { userId: user.id }),
    markId(ctx, { userId: user.id, clientId: client.id }),
    ...(session === undefined ? [] : [markId(ctx, { sessionId: session.id })]),
  ]
  const known = found.every((id) => typeof id === 'string') ? found : Promise.all(found)
  return whenKnown(known, (ids) =>
    whenKnown(readWithdrawals(ctx, ids), (marks) => standingFrom(marks, ids, client, session)),
  )
}

function standingFrom(
  marks: readonly WithdrawalRecord[],
  [clientMark, , , sessionMark]: readonly string[],
  client: ClientRecord,
  session: Standee['session'],
): Standing {
  if (marks.length === 0) return unmarked
  const notedAt = (id: string | undefined): number | undefined => marks.find((mark) => mark.id === id)?.notedAt
  const ended = notedAt(sessionMark)
  const deleted = notedAt(clientMark)
  return {
    versions: marks.map(({ version }) => version),
    grants: marks.filter(({ id }) => id !== sessionMark),
    sessionEnded: ended !== undefined && session !== undefined && session.authTime <= ended,
    clientDeleted: deleted !== undefined && client.createdAt < deleted,
  }
}

/** Tells whether something was withdrawn after a request began, or while the server asked for the session. */
export function isWithdrawnSince({ at, noted }: Beginning, { grants, clientDeleted }: Standing): boolean {
  // Within one second, the count of this process tells which came first.
  const counted = countNoted() !== noted
  return clientDeleted || grants.some(({ notedAt }) => notedAt > at || (notedAt === at && counted))
}

/**
 * Tells whether something was withdrawn after an interaction began. A user who has signed in again since then may
 * continue, for instance after resetting a password in the middle of the sign-in.
 * @param beginning of the request that continues the interaction
 */
export function isWithdrawnDuring(
  beginning: Beginning,
  interaction: InteractionRecord,
  { user, session }: SignedIn<BaseUser>,
  standing: Standing,
): boolean {
  if (standing.clientDeleted) return true
  const { createdAt, withdrawals } = interaction
  if (interaction.userId === user.id && interaction.sessionId === session.id && withdrawals !== undefined) {
    return standing.grants.some(({ version, notedAt }) => session.authTime <= notedAt && !withdrawals.includes(version))
  }
  const outlived = standing.grants.some(({ notedAt }) => notedAt > createdAt && session.authTime < notedAt)
  return outlived || isWithdrawnSince(beginning, standing)
}

/** Tells whether a mark was noted since the earlier standing, so that what was issued in between must be revoked. */
export function isMarkedAnew(before: readonly string[], after: Standing): boolean {
  return after.versions.some((version) => !before.includes(version))
}
