/**
 * Which private-use schemes a redirect URI may have beside those with a period: any of them, or these (in lower case,
 * without the colon).
 */
export type SchemePolicy = 'any' | ReadonlySet<string>

/**
 * Schemes without a period that agents use, and that clients registered by anybody may have.
 */
export const agentSchemes: readonly string[] = ['cursor', 'vscode', 'vscode-insiders', 'windsurf', 'warp']

/**
 * Schemes that nobody may register. A browser, or a program that is on most machines, acts on them, so that a redirect
 * would run something, open something or call somebody instead of reaching an application of the client's.
 */
const dangerousSchemes: ReadonlySet<string> = new Set([
  // What a browser runs or shows by itself.
  ...['javascript', 'vbscript', 'livescript', 'mocha', 'data', 'blob', 'filesystem', 'file', 'about', 'view-source'],
  ...['jar', 'wyciwyg', 'resource', 'res', 'mhtml', 'mk', 'its', 'feed', 'feeds', 'pcast', 'cid', 'mid'],
  // Pages and extensions of browsers.
  ...['edge', 'brave', 'opera', 'vivaldi', 'firefox', 'devtools', 'safari-extension', 'safari-web-extension'],
  // Programs of the operating system, and what installs others.
  ...[
    'intent',
    'android-app',
    'ios-app',
    'content',
    'market',
    'shell',
    'search',
    'search-ms',
    'onenote',
    'hcp',
    'help',
  ],
  ...['applescript', 'shortcuts', 'workflow', 'prefs', 'app-prefs', 'itms', 'itms-apps', 'itms-services', 'itms-beta'],
  ...['macappstore', 'macappstores', 'jnlp', 'jnlps', 'apt', 'snap', 'appstream', 'steam', 'magnet'],
  // Calls and messages.
  ...['tel', 'telprompt', 'sms', 'smsto', 'mms', 'mmsto', 'mailto', 'callto', 'sip', 'sips', 'facetime'],
  ...['facetime-audio', 'skype', 'im', 'xmpp', 'irc', 'ircs'],
  // Other protocols: the code would go to a host of whoever registered it, or over a wire without TLS.
  ...['ws', 'wss', 'ftp', 'ftps', 'sftp', 'tftp', 'gopher', 'dict', 'ldap', 'ldaps', 'nntp', 'news', 'snews'],
  ...['telnet', 'tn3270', 'rlogin', 'ssh', 'vnc', 'rdp', 'smb', 'cifs', 'nfs', 'afp', 'dav', 'davs', 'webdav'],
  ...['webdavs', 'rtsp', 'rtmp', 'git', 'svn', 'imap', 'pop'],
])

/**
 * Families of such schemes, which grow with each release of a system. `ms-app` and `ms-appx-web` are those under which
 * Windows hands an answer to the application that asked.
 */
const dangerousFamilies = /^(?:ms-(?!app$|appx-web$)|microsoft[-.]|chrome|moz-|x-apple|com\.apple\.)/

/** @param scheme in lower case, without the colon */
export function isDangerousScheme(scheme: string): boolean {
  return dangerousSchemes.has(scheme) || dangerousFamilies.test(scheme)
}

/** The scheme of a URI in lower case, without the colon; `undefined` for what has none, or nothing behind it. */
export function schemeOf(uri: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+.-]*):./.exec(uri)?.[1]?.toLowerCase()
}

/** Whether a URI wraps another one (`feed:javascript:x`): which of the two is followed is up to who reads it. */
export function wrapsAnotherUri(uri: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)
}

/**
 * Why a private-use scheme may not be had, or `undefined` when it may. With a period it is the reverse of a domain name
 * of the client's, which others have no reason to use; one without belongs to whoever took it first
 * ({@link https://www.rfc-editor.org/rfc/rfc8252#section-8.4 RFC 8252 section 8.4}).
 */
export function privateUseSchemeProblem(scheme: string, policy: SchemePolicy): string | undefined {
  if (policy === 'any' || policy.has(scheme) || /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+$/.test(scheme)) return undefined
  return `must have a scheme with a period, for instance com.example.${scheme.replaceAll('.', '')}, or use https`
}
