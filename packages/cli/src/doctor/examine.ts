import { browsers } from './checks/browsers.ts'
import { endpoints } from './checks/endpoints.ts'
import { keys } from './checks/keys.ts'
import { metadata, unreachable } from './checks/metadata.ts'
import { transport } from './checks/transport.ts'
import type { Finding } from './finding.ts'
import type { Observations } from './observe.ts'

/** Judges what was seen of a server. The order is that of the output. */
export function examine(seen: Observations): readonly Finding[] {
  const silent = unreachable(seen)
  // The issuer's URL itself may be wrong as well.
  if (silent !== undefined) return [silent, ...transport(seen).filter(({ rating }) => rating === 'bad')]
  return [metadata, transport, keys, browsers, endpoints].flatMap((check) => check(seen))
}
