import { messageOf } from '../errors.ts'

/** The answer to one request of the doctor. */
export interface Answer {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  /** The first 256 KiB of the body. */
  readonly text: string
  /** The body as a JSON object; `undefined` when it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined
  /** When it was asked and when it was answered, in seconds since the epoch. */
  readonly askedAt: number
  readonly answeredAt: number
}

/** A request without an answer. */
export interface Failure {
  readonly url: string
  readonly failure: string
}

export type Probe = Answer | Failure

/** What the doctor sends. */
export interface ProbeRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams
}

/** The origin of a web page that no server knows, for CORS. The domain is reserved (RFC 2606). */
export const foreignOrigin = 'https://oauth-doctor.example'

const mostBytes = 256 * 1024

/** Sends one request. It follows no redirect, sends no cookie, and waits for at most `seconds`. It never throws. */
export async function probe(url: string, request: ProbeRequest, seconds: number): Promise<Probe> {
  const askedAt = Date.now() / 1000
  try {
    const headers = { origin: foreignOrigin, 'user-agent': 'oauth-doctor', ...request.headers }
    const signal = AbortSignal.timeout(seconds * 1000)
    const { method = 'GET', body = null } = request
    const response = await fetch(url, { method, body, headers, signal, redirect: 'manual' })
    const answeredAt = Date.now() / 1000
    const text = await readText(response)
    return { url, status: response.status, headers: response.headers, text, json: parse(text), askedAt, answeredAt }
  } catch (error) {
    return { url, failure: reasonOf(error, seconds) }
  }
}

/** Whether a request was answered. */
export function isAnswer(one: Probe | undefined): one is Answer {
  return one !== undefined && 'status' in one
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  if (response.body === null) return text
  for await (const chunk of response.body) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > mostBytes) break
  }
  return text.slice(0, mostBytes)
}

function parse(text: string): Answer['json'] {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answer['json']) : undefined
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown, seconds: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${seconds} s`
  // fetch says "fetch failed", and its cause why.
  const { cause } = (error ?? {}) as { readonly cause?: unknown }
  const { code } = (cause ?? {}) as { readonly code?: string }
  return [messageOf(cause ?? error), code].filter((text) => text !== undefined && text !== '').join(' ') || 'no answer'
}
