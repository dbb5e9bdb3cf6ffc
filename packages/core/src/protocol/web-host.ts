/** The host of an http or https URL, as a parser reads it. */
export interface WebHost {
  /** With the port, unless it is the default. */
  readonly host: string
  readonly hostname: string
}

/**
 * The host of an http or https URL; `undefined` for everything else. It is the only function that tells the host of a
 * URL of somebody else's: what follows `//` in a private-use scheme (`evil://bank.example/cb`) is text of the app's own,
 * which no DNS has given to it ({@link https://www.rfc-editor.org/rfc/rfc8252#section-7.1 RFC 8252 section 7.1}).
 */
export function webHost(uri: string): WebHost | undefined {
  if (!/^https?:/i.test(uri) || !URL.canParse(uri)) return undefined
  const { host, hostname } = new URL(uri)
  return { host, hostname }
}

/** Whether a host name of a parser's means the user's own machine, where any program may answer. */
export function isLoopbackHost(hostname: string): boolean {
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
  if (name === 'localhost' || name.endsWith('.localhost') || name === '[::1]') return true
  return /^127(?:\.\d{1,3}){3}$/.test(name)
}
