import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type JWTPayload,
} from 'jose'
import { type Answer, type Draft, isForm, type Pair, parseJson, redirectOf } from './world/exchange.ts'
import { endpoint } from './world/places.ts'
import type { World } from './world/world.ts'

/** A JWT that was found in a message. */
export interface FoundJwt {
  /** Where: the name of a parameter, header or member. */
  readonly name: string
  readonly token: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: JWTPayload
  /** Who has signed it, as far as its signature proves it. */
  readonly signature: { readonly valid: boolean; readonly text: string }
}

/** Finds the JWTs in a request, and verifies each. */
export function jwtsOfRequest(world: World, draft: Draft): Promise<readonly FoundJwt[]> {
  const { searchParams } = new URL(draft.url)
  const body = draft.body ?? ''
  const inBody = isForm(draft) ? [...new URLSearchParams(body)] : []
  const headers = draft.headers
    .filter(([name]) => /^(?:authorization|dpop)$/i.test(name))
    .map(([name, value]): Pair => [name, value.replace(/^(?:bearer|dpop) /i, '')])
  return find(world, [...searchParams, ...headers, ...inBody])
}

/** Finds the JWTs in a response, and verifies each. */
export function jwtsOfAnswer(world: World, answer: Answer): Promise<readonly FoundJwt[]> {
  const members = Object.entries(parseJson(answer.body) ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return find(world, [...(redirectOf(answer)?.parameters ?? []), ...members])
}

async function find(world: World, values: readonly Pair[]): Promise<readonly FoundJwt[]> {
  const found: FoundJwt[] = []
  for (const [name, token] of values) {
    if (!/^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) continue
    try {
      const header = decodeProtectedHeader(token)
      const claims = decodeJwt(token)
      found.push({ name, token, header: { ...header }, claims, signature: await verify(world, token, header.jwk) })
    } catch {
      // It only looks like a JWT.
    }
  }
  return found
}

async function verify(world: World, token: string, own: JWK | undefined): Promise<FoundJwt['signature']> {
  const { alg = '' } = decodeProtectedHeader(token)
  if (own !== undefined) {
    const valid = await verifies(token, await importJWK(own, alg))
    return { valid, text: valid ? 'signed with the key in its header' : 'not signed with the key in its header' }
  }
  const { keys } = (await (await world.provider.fetch(new Request(endpoint('/jwks')))).json()) as { keys: JWK[] }
  if (await verifies(token, createLocalJWKSet({ keys }))) return { valid: true, text: 'signed by the server' }
  for (const { table, row } of await world.rows()) {
    const { jwks } = (row as { readonly metadata?: { readonly jwks?: { readonly keys: JWK[] } } }).metadata ?? {}
    if (table !== 'clients' || jwks === undefined) continue
    if (await verifies(token, createLocalJWKSet(jwks))) return { valid: true, text: 'signed by the app' }
  }
  return { valid: false, text: 'signed neither by the server nor with a key of an app' }
}

async function verifies(token: string, key: Parameters<typeof compactVerify>[1] | unknown): Promise<boolean> {
  try {
    await compactVerify(token, key as Parameters<typeof compactVerify>[1])
    return true
  } catch {
    return false
  }
}
