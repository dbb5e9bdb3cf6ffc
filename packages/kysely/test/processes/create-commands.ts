import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Ciba } from '@oauth/core/features/backchannel-authentication'
import { nodeListener } from '@oauth/core/node'
import type { Commands } from './commands.ts'
import type { FaultLine } from './fault.ts'
import { type Host, resource } from './host.ts'

/** Makes the commands of a worker process. A test may also call them in its own process. */
export function createCommands(host: Host, migrate: () => Promise<void>, line: FaultLine): Commands {
  const { provider } = host
  return {
    migrate,
    async listen() {
      const server = createServer(nodeListener(provider)).listen(0, '127.0.0.1')
      // A client that pauses on a busy machine should not meet a connection that is closed at that moment.
      server.keepAliveTimeout = 60_000
      await once(server, 'listening')
      return (server.address() as AddressInfo).port
    },
    register: (trusted) => host.register(trusted),
    authorize: (client) => host.authorize(client),
    post: (client, path, form, times = 1) =>
      Promise.all(Array.from({ length: times }, () => host.post(client, path, form))),
    waiting: async () => (await cibaOf(host).list('alice')).map(({ id }) => id),
    decide: (id, approved) =>
      cibaOf(host).decide(
        id,
        approved
          ? { approved, userId: 'alice', session: { authTime: Math.floor(Date.now() / 1000) } }
          : { approved, userId: 'alice' },
      ),
    browse: (request) => host.browse(request),
    async mintFor(client, milliseconds) {
      const tokens: string[] = []
      const end = Date.now() + milliseconds
      do {
        const { status, body } = await host.post(client, '/oauth2/token', {
          grant_type: 'client_credentials',
          resource,
        })
        if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(body)}`)
        tokens.push(body.access_token)
        // If the storage answers synchronously, the loop would block the other commands of this process.
        await new Promise((resolve) => setImmediate(resolve))
      } while (Date.now() < end)
      return tokens
    },
    rotateKeys: () => provider.rotateSigningKeys({ activateAfter: 0 }),
    async publishedKeys() {
      const response = await provider.fetch(new Request(`${provider.issuer}/jwks`))
      const { keys } = (await response.json()) as { keys: { alg: string; kid: string }[] }
      return keys.map(({ alg, kid }) => `${alg} ${kid}`).sort()
    },
    grants: async (userId = 'alice') => (await provider.listGrants(userId)).map(({ id }) => id),
    revokeGrants: () => provider.revokeUserGrants('alice'),
    consents: async () => (await provider.listConsents('alice')).map(({ id }) => id),
    apps: async () => (await provider.listConnectedApps('alice')).map(({ clientId }) => clientId),
    disconnectApp: ({ client_id }) => provider.disconnectApp('alice', client_id),
    purge: () => provider.purgeExpired(),
    arm: async (fault) => line.arm(fault),
    statements: async () => line.seen,
    events: async () => host.events.map(({ type }) => type),
  }
}

function cibaOf({ provider }: Host): Ciba {
  return (provider.features as unknown as { readonly ciba: Ciba }).ciba
}
