import type { RecordEntry } from '@oauth/core'
import type { Core, Feature, NewGrant } from '@oauth/core/feature'

const kind = 'waiting'

/** `provider.features.waiting`: approvals that wait until the client collects them. */
export interface Waiting {
  /** The user approves, and the approval waits under this id. */
  approve(id: string, userId: string, clientId: string): Promise<NewGrant>
  /** Whether an approval waits under this id. */
  waits(id: string): Promise<boolean>
  /** The client collects an approval that it has read before. */
  collect(newGrant: NewGrant): Promise<'won' | 'gone'>
}

/**
 * A feature whose approvals wait, as those of devices do.
 * @param lifetime how long they wait, in seconds
 */
export function waiting(lifetime: number): Feature<'waiting', Waiting> {
  return {
    name: 'waiting',
    start: (core) => ({
      waitingRecords: [{ kind, lifetime }],
      api: {
        approve: (id, userId, clientId) => approve(core, { id, userId, clientId }, lifetime),
        waits: async (id) => (await core.storage.records.find({ kind, id })) !== undefined,
        collect: async (newGrant) => core.commitGrant(newGrant, {}),
      },
    }),
  }
}

async function approve(
  core: Core,
  of: Required<Pick<RecordEntry, 'id' | 'userId' | 'clientId'>>,
  lifetime: number,
): Promise<NewGrant> {
  const client = await core.clients.find(of.clientId)
  if (client === undefined) throw new Error('no such client')
  const withdrawals = await core.knownWithdrawals(client, of.userId)
  const newGrant = core.grantFor({ client, userId: of.userId, scope: ['notes:read'], withdrawals, via: kind })
  const createdAt = core.clock.now()
  await core.storage.records.insert({
    ...{ kind, ...of, value: newGrant, version: 1 },
    ...{ createdAt, expiresAt: createdAt + lifetime },
  })
  return newGrant
}
