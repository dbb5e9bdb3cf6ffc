import fc from 'fast-check'
import { replay } from '../../../../core/test/support/property-runs.ts'
import { difference } from './check.ts'
import { signInOnDevice } from './device-operations.ts'
import * as host from './host-operations.ts'
import { deadlines, lifetimes, type Model, offline, online } from './model.ts'
import { inOrder, type Operation } from './operation.ts'
import { clientNames, people, type Servers } from './servers.ts'
import * as tokens from './token-operations.ts'
import * as users from './user-operations.ts'

/** The model of a run, and what the last operation was. Operations at the same time may leave several models open. */
export interface State {
  model: Model
}

type Command = fc.AsyncCommand<State, Servers>

/** Chooses an operation by what the model knows; `undefined` when there is nothing yet that it could concern. */
type Choice = (model: Model) => Operation | undefined

const process = fc.nat({ max: 1 })
const user = fc.constantFrom(...Object.keys(people))
const client = fc.constantFrom(...clientNames)
const scope = fc.constantFrom(offline, offline, online)
/** Chooses one of what the model knows, counted from the newest. Small numbers are likely. */
const index = fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 2 }) }, { weight: 1, arbitrary: fc.nat({ max: 40 }) })

function newest(table: Readonly<Record<string, unknown>>, back: number): string | undefined {
  const keys = Object.keys(table)
  return keys.length === 0 ? undefined : keys[keys.length - 1 - (back % keys.length)]
}

const clientOfToken = (model: Model, token: string): string => {
  const { grant = '' } = model.accessTokens[token] ?? model.refreshTokens[token] ?? model.codes[token] ?? {}
  return model.grants[grant]?.client ?? ''
}

/** Who sends a request with a token: mostly the client that it belongs to. `other` is a client that it may not belong to. */
const sender = fc.record({
  process,
  resource: fc.boolean(),
  other: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: client }),
})
type SenderChoice = typeof sender extends fc.Arbitrary<infer Chosen> ? Chosen : never

const senderOf = (model: Model, token: string, { process, resource, other }: SenderChoice) => ({
  client: other ?? clientOfToken(model, token),
  process,
  resource,
})

const withToken = (
  table: 'codes' | 'refreshTokens' | 'accessTokens' | 'tokens',
  make: (token: string, by: ReturnType<typeof senderOf>) => Operation,
): fc.Arbitrary<Choice> =>
  fc.tuple(index, sender).map(
    ([back, by]): Choice =>
      (model) => {
        const token = newest(
          table === 'tokens' ? { ...model.accessTokens, ...model.refreshTokens } : model[table],
          back,
        )
        return token === undefined ? undefined : make(token, senderOf(model, token, by))
      },
  )

const exchange = fc
  .boolean()
  .chain((wrong) =>
    fc
      .nat({ max: 6 })
      .chain((rare) => withToken('codes', (code, by) => tokens.exchange(code, by, !(wrong && rare === 0)))),
  )
const refresh = withToken('refreshTokens', tokens.present)
const revoke = withToken('tokens', tokens.revoke)
const introspect = fc
  .boolean()
  .chain((byApi) => withToken('tokens', (token, by) => tokens.introspect(token, byApi ? { ...by, client: 'api' } : by)))
const userinfo = withToken('accessTokens', (token, by) => tokens.askUserinfo(token, by.process))
const always = <Values extends unknown[]>(
  make: (...values: Values) => Operation,
  ...values: { [Index in keyof Values]: fc.Arbitrary<Values[Index]> }
): fc.Arbitrary<Choice> => fc.tuple(...values).map((chosen) => () => make(...(chosen as Values)))

/** What makes later commands possible is likely. */
const mostly = fc.constantFrom(true, true, true, false)
const visitor = fc.record({ user, client, process })
const answer = fc.tuple(index, process).map(
  ([back, process]): Choice =>
    (model) => {
      const page = newest(model.pages, back)
      if (page === undefined) return undefined
      const { user, client } = model.pages[page] as Model['pages'][string]
      return users.answerPage(page, { user, client, process })
    },
)
const endGrant = fc.tuple(index, process).map(
  ([back, process]): Choice =>
    (model) => {
      const id = newest(model.grants, back)
      return id === undefined ? undefined : host.endGrant(id, process)
    },
)

/** Lets time pass until something ends, a second less, or a second more. */
const towardsEdge = fc.tuple(fc.nat({ max: 20 }), fc.constantFrom(-1, 0, 0, 1)).map(
  ([index, offset]): Choice =>
    (model) => {
      const ends = deadlines(model)
      const end = ends[index % Math.max(ends.length, 1)]
      const seconds = end === undefined ? 0 : end + offset - model.now
      return seconds > 0 ? host.passTime(seconds) : undefined
    },
)

/** Uses one code or token at the end of its lifetime, a second before, or a second after. */
const atEnd = fc
  .record({
    table: fc.constantFrom('codes', 'refreshTokens', 'accessTokens'),
    ...{ back: fc.nat({ max: 3 }), offset: fc.constantFrom(-1, 0, 1), process },
  })
  .map(
    ({ table, back, offset, process }): Choice =>
      (model) => {
        const token = newest(model[table], back)
        if (token === undefined) return undefined
        const by = { client: clientOfToken(model, token), process }
        const seconds = (model[table][token]?.expiresAt ?? 0) + offset - model.now
        if (seconds <= 0) return undefined
        if (table === 'codes') return inOrder(host.passTime(seconds), tokens.exchange(token, by, true))
        const then = table === 'accessTokens' ? tokens.askUserinfo(token, process) : tokens.present(token, by)
        return inOrder(host.passTime(seconds), then)
      },
  )

/** Presents an exchanged refresh token again at the end of its reuse window, a second before, or a second after. */
const atWindow = fc.tuple(fc.nat({ max: 2 }), fc.constantFrom(-1, 0, 1), process).map(
  ([back, offset, process]): Choice =>
    (model) => {
      const endOf = ({ rotatedAt = 0 }: { readonly rotatedAt?: number }): number =>
        rotatedAt + lifetimes.refreshTokenReuseWindowSeconds
      const open = Object.entries(model.refreshTokens).filter(([, state]) => endOf(state) + offset > model.now)
      const token = newest(Object.fromEntries(open), back)
      if (token === undefined) return undefined
      const seconds = endOf(model.refreshTokens[token] ?? {}) + offset - model.now
      return inOrder(host.passTime(seconds), tokens.present(token, { client: clientOfToken(model, token), process }))
    },
)

/** One request each: these may also run at the same time. */
const single = {
  exchange,
  refresh,
  revoke,
  introspect,
  userinfo,
  answer,
  endGrant,
  logOut: always(host.logOut, user, process),
  resetPassword: always(host.resetPassword, user, process),
  disconnectApp: always(host.disconnectApp, user, client, process),
  revokeGrants: always(host.revokeGrants, user, client, process),
  deleteConsent: always(host.deleteConsent, user, client, process),
  narrowConsent: always(host.narrowConsent, user, client, process),
  purge: always(host.purgeExpired, process),
} as const

const alone = {
  authorize: always(users.authorize, visitor, scope),
  signIn: always(users.signIn, visitor, scope),
  openPage: always(users.openPage, visitor, scope),
  signInOnDevice: always(signInOnDevice, visitor),
  setUser: always(host.setUser, user, mostly),
  setDisabled: always(
    host.setDisabled,
    client,
    mostly.map((enabled) => !enabled),
    process,
  ),
  deleteClient: always(host.deleteClient, client, process, mostly),
  listApplications: always(host.listApplications, user, process),
  passTime: fc.oneof(always(host.passTime, fc.constantFrom(1, 1, 10, 10, 40, 2500)), towardsEdge),
  atEnd,
  atWindow,
} as const

const weights: Readonly<Record<keyof typeof single | keyof typeof alone, number>> = {
  ...{
    authorize: 8,
    signIn: 14,
    exchange: 12,
    refresh: 20,
    passTime: 10,
    openPage: 4,
    answer: 4,
    introspect: 4,
    userinfo: 3,
  },
  ...{
    revoke: 4,
    endGrant: 1,
    logOut: 1,
    resetPassword: 1,
    disconnectApp: 1,
    revokeGrants: 1,
    deleteConsent: 1,
    narrowConsent: 1,
  },
  ...{ atEnd: 5, atWindow: 5, purge: 3, setUser: 1, setDisabled: 2, deleteClient: 1, listApplications: 1 },
  ...{ signInOnDevice: 3 },
}

const weighted = (choices: Readonly<Record<string, fc.Arbitrary<Choice>>>): fc.Arbitrary<Choice> =>
  fc.oneof(
    ...Object.entries(choices).map(([name, arbitrary]) => ({
      weight: weights[name as keyof typeof weights],
      arbitrary,
    })),
  )

/** Runs one operation and compares what is seen with the model. */
const one = (choose: Choice): Command => {
  let label = 'nothing'
  return {
    check: ({ model }) => choose(model) !== undefined,
    async run(state, servers) {
      const operation = choose(state.model) as Operation
      label = operation.label
      const wrong = operation.step(state.model, await operation.run(servers), false)
      if (wrong !== undefined) throw new Error(wrong)
    },
    toString: () => label,
  }
}

/**
 * Runs operations at the same time. They must end as if they had run one after the other, in any order: what was seen,
 * and what the storage holds afterwards.
 */
const together = (choices: readonly Choice[]): Command => {
  let label = 'nothing'
  return {
    check: ({ model }) => choices.every((choose) => choose(model) !== undefined),
    async run(state, servers) {
      const operations = choices.map((choose) => choose(state.model) as Operation)
      label = `at once: ${operations.map((operation) => operation.label).join(' | ')}`
      const seen = await Promise.all(operations.map((operation) => operation.run(servers)))
      const reasons: string[] = []
      for (const order of ordersOf(operations.map((_, index) => index))) {
        const model = structuredClone(state.model)
        const wrong =
          order.map((index) => operations[index]?.step(model, seen[index], true)).find((one) => one !== undefined) ??
          (await difference(servers, model))
        if (wrong === undefined) {
          state.model = model
          return
        }
        reasons.push(`as ${order.join(', ')}: ${wrong}`)
      }
      throw new Error(`no order explains ${JSON.stringify(seen)}\n${reasons.join('\n')}`)
    },
    toString: () => label,
  }
}

function ordersOf(indexes: readonly number[]): readonly (readonly number[])[] {
  if (indexes.length < 2) return [indexes]
  return indexes.flatMap((first) =>
    ordersOf(indexes.filter((other) => other !== first)).map((rest) => [first, ...rest]),
  )
}

/** The same request twice at once, or two or three different ones. */
const beside = fc.oneof(
  fc.constantFrom(exchange, refresh, answer).chain((same) => same.map((choice) => [choice, choice])),
  fc.array(weighted(single), { minLength: 2, maxLength: 3 }),
)

/** Lists of commands. */
export const commands = (most: number): fc.Arbitrary<Iterable<Command>> =>
  fc.commands(
    [
      ...Object.keys({ ...single, ...alone }).flatMap((name) => {
        const arbitrary = { ...single, ...alone }[name as keyof typeof single].map(one)
        return Array.from({ length: weights[name as keyof typeof weights] }, () => arbitrary)
      }),
      ...Array.from({ length: 12 }, () => beside.map(together)),
    ],
    { maxCommands: most, size: 'max', ...replay },
  )
