import { bad, type Finding, ok, warn } from '../finding.ts'
import type { Observations } from '../observe.ts'
import { isAnswer } from '../probe.ts'

/** Rates https, the clock, and whether browsers are told to stay with https. */
export function transport({ issuer, metadata, openidDocument, oauthDocument }: Observations): readonly Finding[] {
  const answer = [openidDocument, oauthDocument].find(isAnswer)
  return [
    https(issuer),
    ...endpoints(metadata),
    ...(answer === undefined ? [] : [...hsts(issuer, answer.headers), clock(answer)]),
  ]
}

function https(issuer: string): Finding {
  const check = 'transport.https'
  if (new URL(issuer).protocol === 'https:') return ok(check, 'the issuer is an https URL')
  if (isLoopback(issuer)) return ok(check, 'http, on this machine alone')
  return bad(check, 'the issuer is an http URL: whoever is on the way reads codes and tokens', 'serve it with https')
}

function endpoints(metadata: Observations['metadata']): readonly Finding[] {
  const check = 'transport.endpoints'
  const urls = Object.entries(metadata).filter(([name]) => name.endsWith('_endpoint') || name === 'jwks_uri')
  if (urls.length === 0) return []
  const open = urls.filter(([, url]) => !isSafe(url)).map(([name]) => name)
  if (open.length === 0) return [ok(check, `${urls.length} endpoints have https, or are on this machine`)]
  return [bad(check, `no https: ${open.join(', ')}`, 'set baseUrl to the https URL that clients use')]
}

function hsts(issuer: string, headers: Headers): readonly Finding[] {
  const check = 'transport.hsts'
  if (new URL(issuer).protocol !== 'https:') return []
  const age = Number(/max-age="?(\d+)/i.exec(headers.get('strict-transport-security') ?? '')?.[1] ?? 0)
  if (age >= leastHsts) return [ok(check, 'browsers stay with https (HSTS)')]
  const found = age === 0 ? 'there is no Strict-Transport-Security' : `Strict-Transport-Security ends after ${age} s`
  return [warn(check, found, `let your proxy send Strict-Transport-Security: max-age=${leastHsts} or more`)]
}

/** Half a year, in seconds. */
const leastHsts = 15_768_000

function clock({ headers, askedAt, answeredAt }: { headers: Headers; askedAt: number; answeredAt: number }): Finding {
  const check = 'clock.date'
  const date = Date.parse(headers.get('date') ?? '') / 1000
  if (Number.isNaN(date)) {
    return warn(check, 'answers have no Date header, so the clock cannot be compared', 'let the server send Date')
  }
  // The header has whole seconds.
  const off = date + 1 < askedAt ? date + 1 - askedAt : date > answeredAt ? date - answeredAt : 0
  const found = `the server's clock is ${Math.abs(Math.round(off))} s ${off < 0 ? 'behind' : 'ahead of'} this machine's`
  const change = 'synchronise the clocks of both machines (NTP): tokens are refused too early or too late'
  if (Math.abs(off) < 5) return ok(check, "the server's clock agrees with this machine's")
  return Math.abs(off) < 60 ? warn(check, found, change) : bad(check, found, change)
}

function isSafe(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false
  return new URL(url).protocol === 'https:' || isLoopback(url)
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url)
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname)
}
