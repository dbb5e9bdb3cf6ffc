import { postAs } from '../../../../core/test/support/client.ts'
import { deviceGrantType, devicePath, enterCode, poll } from '../../../../core/test/support/device-authorization.ts'
import { idOf } from '../../../../core/test/support/tokens.ts'
import { lifetimes, type Model, offline } from './model.ts'
import { type Operation, operation, type TokenAnswer, tokenAnswer, unlike } from './operation.ts'
import { people, type Servers } from './servers.ts'
import { addTokens } from './token-operations.ts'
import { remember, type Visitor } from './user-operations.ts'

/** What a sign-in on a device shows. */
interface Seen extends TokenAnswer {
  readonly grant: string
  readonly session: string
}

/**
 * A device asks for codes at one process, its user approves at the other, and the device collects its tokens. Its grant
 * belongs to no session, so nothing ends it that ends sessions.
 */
export function signInOnDevice(visitor: Visitor): Operation {
  const { user, client, process } = visitor
  return operation<Seen | 'no such user'>({
    label: `sign in on a device, ${user} for ${client} at ${process}`,
    async run(servers: Servers) {
      const person = people[user] as (typeof people)[string]
      if (!servers.processes[0]?.users.has(person.id)) return 'no such user'
      const [here, there] = [process, 1 - process].map((index) => servers.processes[index]) as [never, never]
      const registered = servers.clients.get(client) as never
      const started = await postAs(here, registered, devicePath, { scope: offline.join(' ') })
      if (started.status !== 200) return { ...tokenAnswer(started), grant: '', session: '' }
      const browser = servers.browser(user, 1 - process)
      browser.signIn(person)
      const session = browser.cookies.get('session') ?? ''
      const page = (await enterCode(browser, started.body.user_code)).headers.get('location') ?? ''
      const { status } = await browser.consent(page, true)
      if (status !== 200) throw new Error(`the page for ${deviceGrantType} answered ${status}`)
      const answer = tokenAnswer(await poll(there, registered, started.body))
      const found = await servers.processes[process]?.storage.refreshTokens.find(idOf(answer.refreshToken ?? ''))
      return { ...answer, grant: found?.grant.id ?? '', session }
    },
    step(model: Model, seen) {
      if (seen === 'no such user') return unlike('the user', false, model.users[user]?.exists)
      const error = model.clients[client]?.state === 'enabled' ? undefined : '401 invalid_client'
      if (error !== seen.error) return unlike('the device', error, seen.error)
      if (error !== undefined) return undefined
      ;(model.users[user] as Model['users'][string]).session = seen.session
      remember(model, visitor, offline, true)
      const expiresAt = model.now + lifetimes.refreshTokenMaxTtlSeconds
      model.grants[seen.grant] = {
        ...{ user, client, session: 'none', scope: offline },
        ...{ expiresAt, ended: false, purged: false },
      }
      return addTokens(model, seen.grant, seen, true)
    },
  })
}
