import { OAuthError } from '@oauth/core'
import { closePages, endGrant as end, endGrants, liveGrants, type Model, pair, purge } from './model.ts'
import { type Operation, operation, unlike } from './operation.ts'
import { idOfUser, people, registerClient, type Servers } from './servers.ts'

const provider = (servers: Servers, process: number) =>
  (servers.processes[process] as (typeof servers.processes)[number]).provider

/** Checks a number of ended grants. A grant that is born and taken back at the same moment may count or not. */
const counted = (what: string, expected: number, observed: number, beside: boolean): string | undefined =>
  beside ? undefined : unlike(what, expected, observed)

/** Deletes the host's session of a user, and returns its id. */
function deleteSession(servers: Servers, user: string): string | undefined {
  const id = servers.browser(user, 0).cookies.get('session')
  return id !== undefined && servers.processes[0]?.sessions.delete(id) === true ? id : undefined
}

/** The user signs out at the host, which tells the server. */
export function logOut(user: string, process: number): Operation {
  return operation<number | undefined>({
    label: `${user} logs out at ${process}`,
    async run(servers) {
      const id = deleteSession(servers, user)
      return id === undefined ? undefined : (await provider(servers, process).sessionEnded(id)).grantsEnded
    },
    step(model, observed, beside) {
      const state = model.users[user] as Model['users'][string]
      const { session } = state
      if (observed === undefined) return unlike('the session', undefined, session)
      state.session = undefined
      closePages(model, (page) => page.session === session)
      const ended = endGrants(model, (one) => one.session === session && !one.scope.includes('offline_access'))
      return counted('the grants that end with the session', ended, observed, beside)
    },
  })
}

/** The user resets the password: the host ends the sessions and all grants of the user. */
export function resetPassword(user: string, process: number): Operation {
  return operation<number>({
    label: `${user} resets the password at ${process}`,
    async run(servers) {
      deleteSession(servers, user)
      return provider(servers, process).revokeUserGrants(idOfUser(user))
    },
    step(model, observed, beside) {
      ;(model.users[user] as Model['users'][string]).session = undefined
      closePages(model, (page) => page.user === user)
      return counted(
        'the grants of the user',
        endGrants(model, (one) => one.user === user),
        observed,
        beside,
      )
    },
  })
}

const isOf = (user: string, client: string) => (one: { readonly user: string; readonly client: string }) =>
  one.user === user && one.client === client

/** The user disconnects an application: grants and consent end, and pages that are open give nothing. */
export function disconnectApp(user: string, client: string, process: number): Operation {
  return operation<boolean>({
    label: `${user} disconnects ${client} at ${process}`,
    run: (servers) => provider(servers, process).disconnectApp(idOfUser(user), client),
    step(model, observed, beside) {
      const name = pair(user, client)
      const known = model.consents[name] !== undefined
      delete model.consents[name]
      closePages(model, isOf(user, client))
      const ended = endGrants(model, isOf(user, client))
      // Something that is born and taken back at the same moment may count or not.
      return beside && observed ? undefined : unlike('whether the application had access', known || ended > 0, observed)
    },
  })
}

/** The host ends the grants of a user at one client. The consent stays. */
export function revokeGrants(user: string, client: string, process: number): Operation {
  return operation<number>({
    label: `revoke the grants of ${user} at ${client} at ${process}`,
    run: (servers) => provider(servers, process).revokeUserGrants(idOfUser(user), { clientId: client }),
    step(model, observed, beside) {
      closePages(model, isOf(user, client))
      return counted('the grants of the application', endGrants(model, isOf(user, client)), observed, beside)
    },
  })
}

async function consentOf(servers: Servers, user: string, client: string, process: number) {
  const consents = await provider(servers, process).listConsents(idOfUser(user))
  return consents.find(({ clientId }) => clientId === client)
}

/** The user deletes a consent. */
export function deleteConsent(user: string, client: string, process: number): Operation {
  return operation<boolean>({
    label: `${user} deletes the consent for ${client} at ${process}`,
    async run(servers) {
      const consent = await consentOf(servers, user, client, process)
      return consent !== undefined && provider(servers, process).deleteConsent(consent.id)
    },
    step(model, observed) {
      const name = pair(user, client)
      const known = model.consents[name] !== undefined
      if (known) {
        delete model.consents[name]
        closePages(model, isOf(user, client))
        endGrants(model, isOf(user, client))
      }
      return unlike('a consent', known, observed)
    },
  })
}

/** The user takes `offline_access` back from a consent. */
export function narrowConsent(user: string, client: string, process: number): Operation {
  return operation<string | undefined>({
    label: `${user} narrows the consent for ${client} at ${process}`,
    async run(servers) {
      const consent = await consentOf(servers, user, client, process)
      const scopes = consent?.scope.filter((name) => name !== 'offline_access')
      if (consent === undefined || scopes === undefined) return undefined
      try {
        return (await provider(servers, process).updateConsent(consent.id, { scopes })).scope.join(' ')
      } catch (thrown) {
        // Somebody has deleted the consent since it was listed.
        if (thrown instanceof OAuthError && thrown.code === 'not_found') return undefined
        throw thrown
      }
    },
    step(model, observed) {
      const name = pair(user, client)
      const scope = model.consents[name]?.filter((one) => one !== 'offline_access')
      if (scope !== undefined) {
        model.consents[name] = scope
        closePages(model, isOf(user, client))
        endGrants(model, (grant) => isOf(user, client)(grant) && grant.scope.includes('offline_access'))
      }
      return unlike('what remains', scope?.slice().sort().join(' '), observed?.split(' ').sort().join(' '))
    },
  })
}

/** The host ends one grant. */
export function endGrant(id: string, process: number): Operation {
  return operation<boolean>({
    label: `end the grant ${id} at ${process}`,
    run: (servers) => provider(servers, process).revokeGrant(id),
    step(model, observed) {
      return unlike('the end of the grant', end(model, id), observed)
    },
  })
}

/** The host deletes a user with the sessions, or restores the user. */
export function setUser(user: string, exists: boolean): Operation {
  return operation<undefined>({
    label: `${exists ? 'restore' : 'delete'} ${user}`,
    async run(servers) {
      if (!exists) deleteSession(servers, user)
      const person = people[user] as (typeof people)[string]
      if (exists) servers.processes[0]?.users.set(person.id, person)
      else servers.processes[0]?.users.delete(person.id)
    },
    step(model) {
      const state = model.users[user] as Model['users'][string]
      state.exists = exists
      if (!exists) state.session = undefined
      return undefined
    },
  })
}

/** The host disables a client, or enables it. */
export function setDisabled(client: string, disabled: boolean, process: number): Operation {
  return operation<boolean>({
    label: `${disabled ? 'disable' : 'enable'} ${client} at ${process}`,
    async run(servers) {
      if ((await provider(servers, process).getClient(client)) === undefined) return false
      await provider(servers, process).updateClient(client, { disabled })
      return true
    },
    step(model, observed) {
      const state = model.clients[client] as Model['clients'][string]
      const known = state.state !== 'deleted'
      if (known) state.state = disabled ? 'disabled' : 'enabled'
      return unlike('the client', known, observed)
    },
  })
}

/** The host deletes a client, and registers another one with the same id. */
export function deleteClient(client: string, process: number, again: boolean): Operation {
  return operation<boolean>({
    label: `delete ${client} at ${process}${again ? ' and register it again' : ''}`,
    async run(servers) {
      const deleted = await provider(servers, process).deleteClient(client)
      const world = servers.processes[process] as (typeof servers.processes)[number]
      if (again) servers.clients.set(client, await registerClient(world, client))
      return deleted
    },
    step(model, observed) {
      const state = model.clients[client] as Model['clients'][string]
      const known = state.state !== 'deleted'
      state.state = again ? 'enabled' : 'deleted'
      for (const user of Object.keys(model.users)) delete model.consents[pair(user, client)]
      closePages(model, (page) => page.client === client)
      endGrants(model, (grant) => grant.client === client)
      return unlike('the deletion', known, observed)
    },
  })
}

/** Time passes, for both processes. */
export function passTime(seconds: number): Operation {
  return operation<undefined>({
    label: `${seconds} seconds pass`,
    run: async ({ clock }) => clock.advance(seconds) as undefined,
    step(model) {
      model.now += seconds
      return undefined
    },
  })
}

/** The host's timer removes what has expired. */
export function purgeExpired(process: number): Operation {
  return operation<undefined>({
    label: `purge at ${process}`,
    async run(servers) {
      await provider(servers, process).purgeExpired()
    },
    step: (model) => purge(model) as undefined,
  })
}

/** The user looks at the connected applications: each with its live grants, and whether a consent is remembered. */
export function listApplications(user: string, process: number): Operation {
  return operation<readonly string[]>({
    label: `${user} lists the applications at ${process}`,
    async run(servers) {
      const apps = await provider(servers, process).listConnectedApps(idOfUser(user))
      return apps.map(({ clientId, remembered, grants }) =>
        entry(
          clientId,
          remembered,
          grants.map(({ id }) => id),
        ),
      )
    },
    step(model, observed) {
      const expected = Object.keys(model.clients).flatMap((client) => {
        const remembered = model.consents[pair(user, client)] !== undefined
        const grants = liveGrants(model, isOf(user, client))
        return remembered || grants.length > 0 ? [entry(client, remembered, grants)] : []
      })
      return unlike('the applications', expected.sort().join(', '), [...observed].sort().join(', '))
    },
  })
}

const entry = (client: string, remembered: boolean, grants: readonly string[]): string =>
  [client, remembered ? 'remembered' : 'not remembered', ...[...grants].sort()].join(' ')
