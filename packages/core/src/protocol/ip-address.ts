/** Tells whether a text is an IPv4 address of four decimal numbers. */
export function isIpv4(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255)
}

/**
 * Returns the eight groups of an IPv6 address in any of its spellings, without the zone (`%eth0`); `undefined` for
 * other text.
 */
export function ipv6Groups(address: string): readonly number[] | undefined {
  // A resolver may name the interface (`fe80::1%eth0`), a URL cannot.
  const plain = address.split('%')[0] as string
  if (!/^[\da-fA-F:.]+$/.test(plain) || !plain.includes(':') || !URL.canParse(`http://[${plain}]/`)) return undefined
  const [head = '', tail] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::')
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const front = parse(head)
  const back = parse(tail ?? '')
  return [...front, ...Array.from({ length: 8 - front.length - back.length }, () => 0), ...back]
}

/**
 * Returns the network under which requests of an address are counted. An IPv4 address is counted by itself, also when
 * it is written as IPv6 (`::ffff:192.0.2.1`). An IPv6 address is counted by its /64 network, since every subscriber has
 * at least one. A port, brackets and a zone are removed. Text that is no address is returned unchanged.
 */
export function networkOf(text: string): string {
  const address = withoutPort(text.trim())
  if (isIpv4(address)) return address
  const groups = ipv6Groups(address)
  if (groups === undefined) return address
  const [a = 0, b = 0, c = 0, d = 0, e, f, g = 0, h = 0] = groups
  if (a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && f === 0xffff) {
    return [g >>> 8, g & 255, h >>> 8, h & 255].join('.')
  }
  return `${[a, b, c, d].map((group) => group.toString(16)).join(':')}::/64`
}

function withoutPort(text: string): string {
  if (text.startsWith('[')) return text.slice(1, text.indexOf(']') < 0 ? undefined : text.indexOf(']'))
  const colon = text.indexOf(':')
  // One colon precedes a port; several colons are part of an IPv6 address.
  return colon >= 0 && colon === text.lastIndexOf(':') && isIpv4(text.slice(0, colon)) ? text.slice(0, colon) : text
}
