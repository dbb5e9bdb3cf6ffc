import { type Storage, StorageUnavailableError } from '../../../core/src/index.ts'

/** A call of a verb: `grants.revoke` with its argument. Arguments and answers of the storage port are JSON. */
export interface Call {
  readonly verb: string
  readonly argument: readonly unknown[]
}

/** Makes a storage whose verbs are requests. */
export function remoteStorage(target: { fetch(request: Request): Promise<Response> }): Storage {
  const call = async (verb: string, argument: readonly unknown[]): Promise<unknown> => {
    const body = JSON.stringify({ verb, argument })
    const response = await target.fetch(new Request('http://object/call', { method: 'POST', body }))
    const text = await response.text()
    if (response.status === 503) throw new StorageUnavailableError(text)
    if (response.status !== 200) throw new Error(text)
    return text === '' ? undefined : JSON.parse(text)
  }
  const verbs = (store: string) =>
    new Proxy(
      {},
      {
        get:
          (_, verb) =>
          (...argument: readonly unknown[]) =>
            call(`${store}.${String(verb)}`, argument),
      },
    )
  const stores = ['clients', 'consents', 'grants', 'authorizationCodes', 'accessTokens', 'refreshTokens']
  return {
    ...Object.fromEntries([...stores, 'signingKeys', 'records'].map((store) => [store, verbs(store)])),
    purgeExpired: (...argument: readonly unknown[]) => call('purgeExpired', argument),
  } as unknown as Storage
}

/** Answers a call on the other side. */
export async function answerCall(storage: Storage, { verb, argument }: Call): Promise<Response> {
  try {
    const [store, name] = verb.split('.') as [string, string | undefined]
    const stores = storage as unknown as Record<string, Record<string, (...argument: readonly unknown[]) => unknown>>
    const answer =
      name === undefined
        ? await (storage as unknown as Record<string, (...argument: readonly unknown[]) => unknown>)[store]?.(
            ...argument,
          )
        : await stores[store]?.[name]?.(...argument)
    return new Response(answer === undefined ? '' : JSON.stringify(answer))
  } catch (error) {
    const status = error instanceof StorageUnavailableError ? 503 : 500
    return new Response(String(error), { status })
  }
}
