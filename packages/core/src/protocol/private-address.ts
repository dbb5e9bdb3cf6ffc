import { ipv6Groups, isIpv4 } from './ip-address.ts'

/**
 * Tells whether the host of a URL is this machine or in a private network, as far as its name says: an address that is
 * not public, or a name that no public host has. It does not resolve names. Pass the host of a URL parser (`new
 * URL(…).hostname`), which turns decimal, octal and hexadecimal addresses into the usual spelling.
 */
export function isPrivateHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPrivateAddress(hostname.slice(1, -1))
  if (isIpv4(hostname)) return isPrivateAddress(hostname)
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  return !name.includes('.') || privateNames.some((suffix) => name.endsWith(suffix))
}

/** {@link https://www.rfc-editor.org/rfc/rfc6761 RFC 6761}, RFC 6762, RFC 8375 and ICANN's reservation of `.internal`. */
const privateNames = ['.localhost', '.local', '.localdomain', '.internal', '.home.arpa', '.intranet', '.lan']

/**
 * IPv4 networks that are not reachable over the public Internet, or not as one host ({@link
 * https://www.iana.org/assignments/iana-ipv4-special-registry IANA}).
 */
const privateIpv4: readonly (readonly [network: number, bits: number])[] = [
  [ipv4(0), 8],
  [ipv4(10), 8],
  [ipv4(100, 64), 10],
  [ipv4(127), 8],
  [ipv4(169, 254), 16],
  [ipv4(172, 16), 12],
  [ipv4(192, 0, 0), 24],
  [ipv4(192, 0, 2), 24],
  [ipv4(192, 88, 99), 24],
  [ipv4(192, 168), 16],
  [ipv4(198, 18), 15],
  [ipv4(198, 51, 100), 24],
  [ipv4(203, 0, 113), 24],
  [ipv4(224), 4],
  [ipv4(240), 4],
]

/** Tells whether an IP address is not the address of a public host. Text that is no address counts as private. */
export function isPrivateAddress(address: string): boolean {
  if (isIpv4(address)) {
    const [a, b, c, d] = address.split('.').map(Number)
    const value = ipv4(a, b, c, d)
    return privateIpv4.some(([network, bits]) => value >>> (32 - bits) === network >>> (32 - bits))
  }
  const groups = ipv6Groups(address)
  return groups === undefined || isPrivateIpv6(groups)
}

/**
 * Only global unicast (2000::/3) is public, without addresses that carry an IPv4 address (6to4, Teredo) and those for
 * documentation. Mapped, loopback, unique local, link-local and multicast addresses are private.
 */
function isPrivateIpv6([first = 0, second = 0]: readonly number[]): boolean {
  if (first >>> 13 !== 1) return true
  if (first === 0x2001) return second < 0x200 || second === 0xdb8
  return first === 0x2002 || (first === 0x3fff && second < 0x1000)
}

function ipv4(a = 0, b = 0, c = 0, d = 0): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
}
