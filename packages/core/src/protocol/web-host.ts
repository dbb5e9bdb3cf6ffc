/** The host of an http or https URL, as a URL parser reads it. */
export interface WebHost {
  /** The host name with the port, unless it is the default port. */
  readonly host: string
  readonly hostname: string
}

/**
 * Returns the host of an http or https URL; `undefined` for everything else. Use it for every URL from outside: what
 * follows `//` in a private-use scheme (`evil://bank.example/cb`) is chosen by the application and is no DNS name
 * ({@link https://www.rfc-editor.org/rfc/rfc8252#section-7.1 RFC 8252 section 7.1}).
 */
export function webHost(uri: string): WebHost | undefined {
  if (!/^https?:/i.test(uri) || !URL.canParse(uri)) return undefined
  const { host, hostname } = new URL(uri)
  return { host, hostname }
}

/** Tells whether a host name from a URL parser is the machine of the user, where any program may answer. */
export function isLoopbackHost(hostname: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true
  return /^127(?:\.\d{1,3}){3}$/.test(name)
}
