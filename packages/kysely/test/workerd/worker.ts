import { DurableObject } from 'cloudflare:workers'
import type { Storage } from '../../../core/src/index.ts'
import { type ContractCase, type MakeStorage, storageContract } from '../../../core/src/testing/storage-contract.ts'
import { type D1Client, d1Storage, migrateD1 } from '../../src/d1/index.ts'
import { durableObjectStorage } from '../../src/durable-object/index.ts'
import { answerCall, type Call, remoteStorage } from './remote-storage.ts'

export { SimulatedD1 } from './simulated-d1.ts'

interface Namespace {
  getByName(name: string): { fetch(request: Request): Promise<Response> }
}

interface Env {
  readonly OBJECT: Namespace
  readonly D1_OBJECT: Namespace
  readonly DB: D1Client
}

async function runCase(make: MakeStorage, index: number): Promise<Response> {
  const { run } = storageContract(make)[index] as ContractCase
  try {
    await run()
    return new Response('ok')
  } catch (error) {
    return new Response(error instanceof Error ? `${error.stack}\n${String(error.cause ?? '')}` : String(error), {
      status: 500,
    })
  }
}

/** An object that runs a case of the contract inside, and answers calls of its storage from outside. */
export class StorageObject extends DurableObject<Env> {
  private readonly storage: Storage = durableObjectStorage(this.ctx.storage)

  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/call') return answerCall(this.storage, (await request.json()) as Call)
    return runCase(() => this.storage, Number(pathname.slice(1)))
  }
}

/** Runs the case of the path `/<kind>/<index>/<run>` on storage that no other case uses. */
async function fetchCase(env: Env, [kind, index = '', name = '']: readonly string[]): Promise<Response> {
  const unique = `c${index}_${name}`
  if (kind === 'inside') return env.OBJECT.getByName(unique).fetch(new Request(`http://object/${index}`))
  if (kind === 'outside') {
    return runCase(() => remoteStorage(env.OBJECT.getByName(`outside ${unique}`)), Number(index))
  }
  const options = { tablePrefix: `${unique}_` }
  await migrateD1(env.DB, options)
  const answer = await runCase(() => d1Storage(env.DB, options), Number(index))
  await dropTables(env.DB, options.tablePrefix)
  return answer
}

/** Drops the tables of a case: with the tables of all cases, SQLite would read a long schema again and again. */
async function dropTables(database: D1Client, prefix: string): Promise<void> {
  const all = [database.prepare(`select name from sqlite_schema where type = 'table'`)]
  const [answer] = await database.batch(all as never[])
  const names = ((answer?.results ?? []) as readonly { readonly name: string }[]).map(({ name }) => name)
  const own = names.filter((name) => name.startsWith(prefix))
  await database.batch(own.map((name) => database.prepare(`drop table "${name}"`)) as never[])
}

/** Calls a verb of a storage: of the object, or of D1. */
async function fetchCall(env: Env, kind: string, request: Request): Promise<Response> {
  if (kind === 'inside') return env.OBJECT.getByName('calls').fetch(request)
  await migrateD1(env.DB)
  return answerCall(d1Storage(env.DB), (await request.json()) as Call)
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const [first = '', ...rest] = new URL(request.url).pathname.slice(1).split('/')
    if (first === 'call') return fetchCall(env, rest[0] ?? '', new Request('http://object/call', request))
    return fetchCase(env, [first, ...rest])
  },
}

/** The service behind the binding `DB`. */
export const d1Service = {
  fetch: (request: Request, env: Env) => env.D1_OBJECT.getByName('database').fetch(request),
}
