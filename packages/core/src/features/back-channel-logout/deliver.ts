import type { Context } from '../../contracts/context.ts'
import type { SessionClient } from '../../contracts/session-observer.ts'
import { type DeliveryFailure, deliver, failureOf } from '../../http/deliver.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { mintLogoutToken } from './logout-token.ts'

/** The rules for every delivery. */
export interface DeliveryRules {
  /** The pauses, in seconds, before further attempts. There are as many further attempts as numbers. */
  readonly retryAfterSeconds: readonly number[]
  /** How many clients are told at the same time. */
  readonly concurrency: number
}

/** Tells all clients, a few at a time. It never throws: each outcome is an event. */
export async function deliverAll(ctx: Context, rules: DeliveryRules, clients: readonly SessionClient[]): Promise<void> {
  const waiting = [...clients]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await tell(ctx, rules, next)
  }
  await Promise.all(Array.from({ length: Math.min(rules.concurrency, clients.length) }, work))
}

async function tell(ctx: Context, { retryAfterSeconds }: DeliveryRules, target: SessionClient): Promise<void> {
  const of = { clientId: target.client.id, userId: target.userId }
  const { attempts, failure } = await deliver(retryAfterSeconds, () => send(ctx, target))
  if (failure === undefined) ctx.emit({ type: 'back_channel_logout.delivered', ...of, attempts })
  else ctx.emit({ type: 'back_channel_logout.failed', ...of, attempts, ...failure.reason })
}

/**
 * Makes one attempt, with a new token. If the client received an earlier token but its response was lost, it may refuse
 * the same token the second time ({@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest
 * Back-Channel Logout section 2.5}).
 */
async function send(ctx: Context, target: SessionClient): Promise<DeliveryFailure | undefined> {
  const uri = target.client.metadata.backchannel_logout_uri as string
  let token: string
  try {
    token = await mintLogoutToken(ctx, target)
  } catch (cause) {
    // This is the server's fault, not the client's. Signing keys outside the process may be back at the next attempt.
    ctx.emit({ type: 'request.failed', endpoint: 'back-channel logout', cause })
    const final = !(cause instanceof OAuthError && cause.code === 'temporarily_unavailable')
    return { final, reason: { cause } }
  }
  try {
    const body = new URLSearchParams({ logout_token: token })
    const { status } = await ctx.outbound(uri, { method: 'POST', body })
    return failureOf(status)
  } catch (cause) {
    return { final: false, reason: { cause } }
  }
}
