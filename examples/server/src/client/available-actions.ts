import { amountOf } from '../payments/payment.ts'
import { printedCopy } from './printed-copy.ts'
import type { ClientSession } from './store.ts'

/** A button of the result page. */
export interface Action {
  readonly path: string
  readonly label: string
  /** What it does, in a sentence. */
  readonly about: string
  /** Why it is impossible now, and what to do instead. Absent when it is possible. */
  readonly unavailable?: string | undefined
}

export interface ActionGroup {
  readonly title: string
  readonly actions: readonly Action[]
}

/**
 * Returns everything that a signed-in user can do here. The page shows it, and the server refuses what is not available.
 * @param now seconds since the epoch
 */
export function actionsFor(session: ClientSession, now: number): readonly ActionGroup[] {
  const withoutToken = accessProblem(session, now)
  const withoutApi = withoutToken ?? (session.resource === undefined ? notForTheApi : undefined)
  const revoked = session.ended === undefined ? undefined : 'There is nothing left to withdraw.'
  return [
    {
      title: 'Use the access token',
      actions: [
        {
          path: 'userinfo',
          label: 'Ask userinfo',
          about: 'Who the token belongs to.',
          unavailable: withoutToken,
        },
        { path: 'call-api', label: 'Call the API', about: 'Reads your notes.', unavailable: withoutApi },
        {
          path: 'locked-notes',
          label: 'Open locked notes',
          about: 'Needs a sign-in of the last minute: with an older one, you sign in again (step-up).',
          unavailable: withoutApi,
        },
        {
          path: 'introspect',
          label: 'Introspect',
          about: 'What the token is worth, also a dead one.',
        },
      ],
    },
    {
      title: 'Get new tokens',
      actions: [
        {
          path: 'refresh',
          label: 'Refresh',
          about: 'New tokens in place of the old ones.',
          unavailable: refreshProblem(session),
        },
      ],
    },
    {
      title: 'Pay',
      actions: [
        {
          path: 'pay',
          label: `Buy for ${amountOf(printedCopy)}`,
          about: 'Your notes on paper. You approve exactly this payment.',
        },
      ],
    },
    {
      title: 'End it',
      actions: [
        {
          path: 'revoke',
          label: 'Revoke',
          about: 'Withdraws the tokens. You stay signed in here.',
          unavailable: revoked,
        },
        { path: 'sign-out', label: 'Sign out', about: 'Ends the session here and at Example ID.' },
        {
          path: 'leave',
          label: 'Sign out here only',
          about: 'Example ID still knows you, so the next sign-in asks nothing.',
        },
      ],
    },
  ]
}

const notForTheApi = 'This token is good for userinfo alone. Sign in with “JWT, for the API” to use the API.'

/** Returns why the access token is of no use now. */
export function accessProblem(session: ClientSession, now: number): string | undefined {
  if (session.ended !== undefined) return 'The access has ended.'
  const advice = session.tokens.refreshToken === undefined ? 'Sign in again.' : 'Refresh it.'
  if (session.refused === true) return `The access token was refused. ${advice}`
  const { expiresAt } = session.tokens
  return expiresAt !== undefined && expiresAt <= now ? `The access token has expired. ${advice}` : undefined
}

function refreshProblem(session: ClientSession): string | undefined {
  if (session.ended !== undefined) return 'The access has ended.'
  return session.tokens.refreshToken === undefined ? 'This sign-in brought no refresh token.' : undefined
}
