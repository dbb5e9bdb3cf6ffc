import type { Answer } from '../../../../core/test/support/client.ts'
import type { Model } from './model.ts'
import type { Servers } from './servers.ts'

/**
 * Something that a client, a user or the host does. The codes and tokens that it concerns are chosen: only what the
 * servers answer is open.
 */
export interface Operation<Observed = unknown> {
  /** What a failure prints. */
  readonly label: string
  /** Does it at the real servers, and returns what there is to see. */
  run(servers: Servers): Promise<Observed>
  /**
   * Does it in the model: changes the model by the rules, and returns what was seen and is against the rules, or
   * `undefined` when all is as it should be.
   * @param beside whether other operations ran at the same time
   */
  step(model: Model, observed: Observed, beside: boolean): string | undefined
}

/** Makes an operation whose observation is of one type, in the type that holds for all of them. */
export function operation<Observed>(made: Operation<Observed>): Operation {
  return made as Operation
}

/** One operation after another, as one. */
export function inOrder(first: Operation, second: Operation): Operation {
  return operation<readonly [unknown, unknown]>({
    label: `${first.label}, ${second.label}`,
    run: async (servers) => [await first.run(servers), await second.run(servers)],
    step: (model, [one, other], beside) => first.step(model, one, beside) ?? second.step(model, other, beside),
  })
}

/** What can be seen of an answer of the token endpoint. */
export interface TokenAnswer {
  /** The error code, or `undefined` for tokens. */
  readonly error: string | undefined
  readonly accessToken: string
  readonly refreshToken: string | undefined
}

export function tokenAnswer({ status, body }: Answer): TokenAnswer {
  if (status >= 500) throw new Error(`the server failed: ${status} ${JSON.stringify(body)}`)
  if (status !== 200) return { error: `${status} ${body.error}`, accessToken: '', refreshToken: undefined }
  return { error: undefined, accessToken: body.access_token, refreshToken: body.refresh_token }
}

export const unlike = (what: string, expected: unknown, observed: unknown): string | undefined =>
  expected === observed ? undefined : `${what}: the model says ${expected}, the server ${observed}`
