import { fixedClock } from '@oauth/core/testing'
import { describe, expect, test } from 'vitest'
import { createClientDirectory } from '../../../src/clients/directory.ts'
import type { ClientCacheSignal } from '../../../src/contracts/client-cache-signal.ts'
import type { ClientSource } from '../../../src/contracts/client-source.ts'
import type { Clock } from '../../../src/contracts/clock.ts'
import type { Core } from '../../../src/contracts/core.ts'
import type { OAuthEvent } from '../../../src/contracts/events.ts'
import { OAuthError } from '../../../src/protocol/errors.ts'
import type { ClientRecord, ClientStore } from '../../../src/storage/client.ts'
import { clientRecord } from '../../../src/testing/storage-fixtures.ts'

/** A client store that counts its reads and can delay its answers. */
function table(cacheSeconds = 5) {
  const rows = new Map<string, ClientRecord>()
  const state = { reads: 0, gate: undefined as Promise<void> | undefined }
  const store = {
    async find(id: string) {
      state.reads++
      const found = rows.get(id)
      await state.gate
      return found
    },
  } as unknown as ClientStore
  const clock = fixedClock()
  const put = (id: string, changes: Partial<ClientRecord> = {}): void => {
    rows.set(id, { ...clientRecord(), id, ...changes })
  }
  put('a')
  const core = coreOf(store, clock)
  return { rows, state, clock, put, core, clients: createClientDirectory(() => core, cacheSeconds) }
}

/** What a directory uses of a core. */
function coreOf(store: ClientStore, clock: Clock, clientSources: readonly ClientSource[] = []): Core {
  return { storage: { clients: store }, clock, registry: { clientSources }, emit: () => undefined } as unknown as Core
}

describe('the client directory', () => {
  test('the client directory reads a client once, and again when its time in the cache has ended', async () => {
    const { clients, state, clock } = table()
    const first = await clients.find('a')
    expect(first?.id).toBe('a')
    clock.advance(4)
    expect(await clients.find('a')).toBe(first)
    expect(state.reads).toBe(1)
    clock.advance(1)
    await clients.find('a')
    expect(state.reads).toBe(2)
  })

  test('the client directory answers a cached client without a promise', async () => {
    const { clients } = table()
    await clients.find('a')
    expect(clients.find('a')).not.toBeInstanceOf(Promise)
  })

  test('the client directory does not prolong an entry when it is used', async () => {
    const { clients, state, clock } = table()
    for (let second = 0; second < 10; second++) {
      await clients.find('a')
      clock.advance(1)
    }
    expect(state.reads).toBe(2)
  })

  test('the client directory reads a client each time without a cache', async () => {
    const { clients, state } = table(0)
    await clients.find('a')
    await clients.find('a')
    expect(state.reads).toBe(2)
  })

  test('the client directory reads a client again after it was forgotten', async () => {
    const { clients, put } = table()
    await clients.find('a')
    put('a', { version: 2 })
    expect((await clients.find('a'))?.version).toBe(1)
    clients.forget('a')
    expect((await clients.find('a'))?.version).toBe(2)
  })

  test('the client directory does not cache a reading that was under way when the client changed', async () => {
    const { clients, put, state } = table()
    let open = (): void => {}
    state.gate = new Promise((resolve) => {
      open = resolve
    })
    const early = clients.find('a')
    put('a', { version: 2 })
    clients.forget('a')
    open()
    await early
    expect((await clients.find('a'))?.version).toBe(2)
  })

  test.each([
    ['unknown', 'b', {}],
    ['disabled', 'a', { disabled: true }],
  ])('finds no client for %s clients, and does not cache that', async (_, id, changes) => {
    const { clients, put, state } = table()
    if (id === 'a') put('a', changes)
    expect(await clients.find(id)).toBeUndefined()
    expect(await clients.find(id)).toBeUndefined()
    expect(state.reads).toBe(2)
    put(id)
    expect((await clients.find(id))?.id).toBe(id)
  })

  test('finds no client that was disabled meanwhile, once its time in the cache has ended', async () => {
    const { clients, put, clock } = table()
    await clients.find('a')
    put('a', { disabled: true })
    clock.advance(5)
    expect(await clients.find('a')).toBeUndefined()
    expect(await clients.find('a')).toBeUndefined()
  })

  test('caches at most a thousand clients: the oldest are removed, the newest stay', async () => {
    const { clients, put, state } = table(1000)
    for (let index = 0; index < 1500; index++) {
      put(`c${index}`)
      await clients.find(`c${index}`)
    }
    const before = state.reads
    let cached = 0
    for (let index = 0; index < 1500; index++) {
      if (!(clients.find(`c${index}`) instanceof Promise)) cached++
      else break
    }
    expect(cached).toBe(0)
    for (let index = 600; index < 1500; index++) clients.find(`c${index}`)
    expect(state.reads - before).toBeLessThanOrEqual(2)
  })

  test('the client directory does not remove cached clients for invented ids', async () => {
    const { clients, state } = table(1000)
    await clients.find('a')
    for (let index = 0; index < 3000; index++) await clients.find(`made-up-${index}`)
    const before = state.reads
    await clients.find('a')
    expect(state.reads).toBe(before)
  })

  test('compares ids byte for byte', async () => {
    const { clients } = table()
    await clients.find('a')
    for (const id of ['A', 'a ', '', '__proto__']) expect(await clients.find(id)).toBeUndefined()
  })
})

describe('a client source that lets stored clients win', () => {
  function withSource(
    storedFirst: boolean,
    load = async (id: string): Promise<ClientRecord> => ({ ...clientRecord(), id }),
  ) {
    const { core, state, clock, put } = table()
    const loaded: string[] = []
    const source: ClientSource = {
      ...(storedFirst && { storedFirst }),
      owns: (id) => id.startsWith('https://'),
      load(_core, id) {
        loaded.push(id)
        return load(id)
      },
    }
    return {
      clients: createClientDirectory(() => coreOf(core.storage.clients, clock, [source]), 5),
      state,
      put,
      loaded,
    }
  }
  const id = 'https://app.example.com/client.json'

  test('a stored client wins, is cached, and the source is not asked', async () => {
    const { clients, put, state, loaded } = withSource(true)
    put(id)
    await clients.find(id)
    expect(clients.find(id)).not.toBeInstanceOf(Promise)
    await clients.load(id)
    await clients.tryLoad(id)
    expect([state.reads, loaded]).toEqual([3, []])
  })

  test('a stored client that is disabled wins as well', async () => {
    const { clients, put, loaded } = withSource(true)
    put(id, { disabled: true })
    expect([await clients.find(id), (await clients.load(id))?.disabled, loaded]).toEqual([undefined, true, []])
  })

  test('the source is asked for an id that the storage does not know, and its answer is not cached', async () => {
    const { clients, state, loaded } = withSource(true)
    for (const find of [clients.find, clients.find, clients.load, clients.tryLoad])
      expect((await find(id))?.id).toBe(id)
    expect([state.reads, loaded.length]).toEqual([4, 4])
  })

  test('the storage is not read for a source that does not let stored clients win', async () => {
    const { clients, put, state, loaded } = withSource(false)
    put(id)
    for (const find of [clients.find, clients.load, clients.tryLoad]) await find(id)
    expect([state.reads, loaded.length]).toEqual([0, 3])
  })

  test('an id is reserved only where no stored client can win', () => {
    const [yields, reserves] = [withSource(true).clients, withSource(false).clients]
    expect([yields.isForeign(id), yields.isReserved(id)]).toEqual([true, false])
    expect([reserves.isForeign(id), reserves.isReserved(id)]).toEqual([true, true])
    expect([yields.isForeign('a'), yields.isReserved('a')]).toEqual([false, false])
  })

  test('findNamed treats a client that its source calls invalid as unknown, and passes on every other failure', async () => {
    const failing = (error: Error) => withSource(true, () => Promise.reject(error)).clients
    expect(await failing(new OAuthError('invalid_client', 'no JSON')).findNamed(id)).toBeUndefined()
    await expect(failing(new OAuthError('temporarily_unavailable')).findNamed(id)).rejects.toThrow(OAuthError)
    await expect(failing(new Error('down')).findNamed(id)).rejects.toThrow('down')
  })
})

describe('the signal between the client caches of several processes', () => {
  /** Two directories on one table, whose signals reach each other at once, and the messages that were published. */
  function twoProcesses() {
    const shared = table(300)
    const listeners: ((id?: string) => void)[] = []
    const published: string[] = []
    const signal: ClientCacheSignal = {
      publish(id) {
        published.push(id)
        for (const listener of listeners) listener(id)
      },
      subscribe: (changed) => void listeners.push(changed),
    }
    const directory = () => createClientDirectory(() => shared.core, 300, signal)
    return { ...shared, first: directory(), second: directory(), listeners, published }
  }

  test('a client that one process has disabled is unknown to the other one at once, and stays unknown', async () => {
    const { put, first, second, published } = twoProcesses()
    expect((await second.find('a'))?.id).toBe('a')
    put('a', { disabled: true })
    first.forget('a')
    expect(await second.find('a')).toBeUndefined()
    expect(published).toEqual(['a'])
  })

  test('a client that the other process was reading when the message came is not cached', async () => {
    const { put, state, first, second } = twoProcesses()
    let open = () => {}
    state.gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const reading = second.find('a')
    put('a', { disabled: true })
    first.forget('a')
    open()
    await reading
    expect(await second.find('a')).toBeUndefined()
  })

  test('a message without an id, or with anything else than an id, drops all clients', async () => {
    const { put, state, second, listeners } = twoProcesses()
    put('b')
    for (const message of [undefined, null, 7] as unknown[] as undefined[]) {
      await second.find('a')
      await second.find('b')
      const before = state.reads
      listeners[1]?.(message)
      await second.find('a')
      await second.find('b')
      expect(state.reads).toBe(before + 2)
    }
  })

  test('a lost message leaves the other process with the old client until its time in the cache has ended, and no longer', async () => {
    const { put, clock, second } = twoProcesses()
    await second.find('a')
    put('a', { disabled: true })
    clock.advance(299)
    expect((await second.find('a'))?.id).toBe('a')
    clock.advance(1)
    expect(await second.find('a')).toBeUndefined()
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('gone')
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
  ])('a signal that %s is an event, and the change counts in its own process', async (_how, publish) => {
    const { put, core } = table(300)
    const events: OAuthEvent[] = []
    const signal = { publish, subscribe: () => undefined }
    const hearing = { ...core, emit: (event: OAuthEvent) => void events.push(event) }
    const clients = createClientDirectory(() => hearing, 300, signal)
    await clients.find('a')
    put('a', { disabled: true })
    clients.forget('a')
    expect(await clients.find('a')).toBeUndefined()
    expect(events).toMatchObject([{ type: 'client_cache_signal.failed', clientId: 'a', cause: { message: 'gone' } }])
  })
})
