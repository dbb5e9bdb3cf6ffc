import type { Context } from '../../contracts/context.ts'
import type { SessionClient } from '../../contracts/session-observer.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { mintLogoutToken } from './logout-token.ts'
import { pause } from './pause.ts'

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
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deliver(ctx, rules, next)
  }
  await Promise.all(Array.from({ length: Math.min(rules.concurrency, clients.length) }, work))
}

async function deliver(ctx: Context, { retryAfterSeconds }: DeliveryRules, target: SessionClient): Promise<void> {
  const of = { clientId: target.client.id, userId: target.userId }
  for (let attempt = 1; ; attempt++) {
    const failure = await send(ctx, target)
    if (failure === undefined) {
      ctx.emit({ type: 'back_channel_logout.delivered', ...of, attempts: attempt })
      return
    }
    const wait = failure.final ? undefined : retryAfterSeconds[attempt - 1]
    if (wait === undefined) {
      ctx.emit({ type: 'back_channel_logout.failed', ...of, attempts: attempt, ...failure.reason })
      return
    }
    await pause(wait)
  }
}

interface Failure {
  /** Whether another attempt would get the same response. */
  readonly final: boolean
  readonly reason: { readonly status: number } | { readonly cause: unknown }
}

/**
 * Makes one attempt, with a new token. If the client received an earlier token but its response was lost, it may refuse
 * the same token the second time ({@link https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest
 * Back-Channel Logout section 2.5}).
 */
async function send(ctx: Context, target: SessionClient): Promise<Failure | undefined> {
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
    if (status >= 200 && status < 300) return undefined
    // The client has understood and refuses, or it redirects, which is not followed.
    const final = status < 500 && status !== 408 && status !== 429
    return { final, reason: { status } }
  } catch (cause) {
    return { final: false, reason: { cause } }
  }
}
