import { type ShownClient, shownClient } from '../../clients/shown-client.ts'
import type { Context } from '../../contracts/context.ts'
import { isWaiting } from '../../cross-device/waiting-request.ts'
import { requiredAcr, wantedAcr } from '../../policy/authentication-context.ts'
import { describeParameters } from '../../policy/describe-parameters.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { type BackchannelRecord, findRequest, kind, ownerOf } from './stored-request.ts'

/** A request that waits for its user, as your page shows it. Texts of the client come from outside: escape them. */
export interface BackchannelRequest extends Omit<ShownClient, 'initiateLoginUrl'> {
  /** The id for `find` and `decide`. It is not the client's `auth_req_id` and gives no access, so it may be in a link. */
  readonly id: string
  /** The user who is asked, and who alone can answer. */
  readonly userId: string
  readonly clientId: string
  /**
   * A text that the client shows at the same time, for instance the number of a till (`binding_message`). Ask the user to
   * compare it before they approve.
   */
  readonly bindingMessage?: string
  /** The scopes that the client asks for. */
  readonly scopes: readonly string[]
  /** The resources that it asks for tokens for, with `bindResources`. */
  readonly resources: readonly string[]
  /** What pages show of the parameters of other features, for instance `authorization_details`, by their names. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** The authentication contexts that the client prefers, best first. */
  readonly acrValues: readonly string[]
  /** Whether the session that approves must have one of `acrValues`. */
  readonly acrRequired: boolean
  /** How old the authentication of the user may be, in seconds. */
  readonly maxAge?: number
  /** When the client asked, in seconds since the epoch. */
  readonly requestedAt: number
  /** When the request expires, in seconds since the epoch. */
  readonly expiresAt: number
}

/** Finds a request that waits. */
export async function findShown(ctx: Context, id: string): Promise<BackchannelRequest | undefined> {
  const record = await findRequest(ctx, id)
  return record === undefined ? undefined : showWaiting(ctx, record)
}

/** How many records one read answers at most. */
const page = 100

/** Lists the requests that wait for a user, the oldest first. */
export async function listShown(ctx: Context, userId: string): Promise<readonly BackchannelRequest[]> {
  const ownerId = await ownerOf(ctx, userId)
  const shown: BackchannelRequest[] = []
  let after: string | undefined
  do {
    const query = { kind, ownerId, limit: page, ...(after !== undefined && { after }) }
    const read = (await ctx.storage.records.list(query)) as readonly BackchannelRecord[]
    for (const record of read) {
      const request = await showWaiting(ctx, record)
      if (request !== undefined) shown.push(request)
    }
    after = read.length < page ? undefined : read.at(-1)?.id
  } while (after !== undefined)
  return shown.sort((one, other) => one.requestedAt - other.requestedAt || (one.id < other.id ? -1 : 1))
}

/** A request of a client that is gone or disabled is not shown: it cannot be approved. */
async function showWaiting(ctx: Context, record: BackchannelRecord): Promise<BackchannelRequest | undefined> {
  if (!isWaiting(ctx, record)) return undefined
  const client = await ctx.clients.findNamed(record.value.authorization.clientId)
  return client === undefined ? undefined : show(ctx, client, record)
}

/** Returns what a page shows of a request. */
export function show(
  ctx: Context,
  client: ClientRecord,
  { id, userId = '', createdAt, value }: BackchannelRecord,
): BackchannelRequest {
  const { config, registry } = ctx
  const { authorization, bindingMessage, goodUntil } = value
  const { initiateLoginUrl: _, ...shown } = shownClient(ctx, client.id, client)
  return {
    id,
    userId,
    clientId: client.id,
    ...shown,
    ...(bindingMessage !== undefined && { bindingMessage }),
    scopes: authorization.scope,
    resources: authorization.resources,
    parameters: describeParameters(registry, authorization.extra),
    acrValues: wantedAcr(authorization, config.requireAcrValues),
    acrRequired: requiredAcr(authorization, config.requireAcrValues) !== undefined,
    ...(authorization.maxAge !== undefined && { maxAge: authorization.maxAge }),
    requestedAt: createdAt,
    expiresAt: goodUntil,
  }
}
