/**
 * Which private-use schemes without a period a redirect URI may have: any, or only these (in lower case, without the
 * colon). A scheme with a period is always allowed.
 */
export type SchemePolicy = 'any' | ReadonlySet<string>

/** Schemes without a period that known agents use. Every client may register them. */
export const agentSchemes: readonly string[] = ['cursor', 'vscode', 'vscode-insiders', 'windsurf', 'warp']

/**
 * Schemes that no client may register. A browser or a common program acts on them, so a redirect would run a script,
 * open a document or start a call instead of reaching an application of the client.
 */
const dangerousSchemes: ReadonlySet<string> = new Set([
  // Schemes that a browser runs or shows by itself.
  ...['javascript', 'vbscript', 'livescript', 'mocha', 'data', 'blob', 'filesystem', 'file', 'about', 'view-source'],
  ...['jar', 'wyciwyg', 'resource', 'res', 'mhtml', 'mk', 'its', 'feed', 'feeds', 'pcast', 'cid', 'mid'],
  // Pages and extensions of browsers.
  ...['edge', 'brave', 'opera', 'vivaldi', 'firefox', 'devtools', 'safari-extension', 'safari-web-extension'],
  // Programs of the operating system, and installers.
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
  // Other protocols: the code would go to a host of the attacker, or over a connection without TLS.
  ...['ws', 'wss', 'ftp', 'ftps', 'sftp', 'tftp', 'gopher', 'dict', 'ldap', 'ldaps', 'nntp', 'news', 'snews'],
  ...['telnet', 'tn3270', 'rlogin', 'ssh', 'vnc', 'rdp', 'smb', 'cifs', 'nfs', 'afp', 'dav', 'davs', 'webdav'],
  ...['webdavs', 'rtsp', 'rtmp', 'git', 'svn', 'imap', 'pop'],
])

/**
 * Families of dangerous schemes, which grow with each release of an operating system. `ms-app` and `ms-appx-web` are
 * allowed: Windows uses them to return a response to the application that asked.
 */
const dangerousFamilies = /^(?:ms-(?!app$|appx-web$)|microsoft[-.]|chrome|moz-|x-apple|com\.apple\.)/

/** @param scheme in lower case, without the colon */
export function isDangerousScheme(scheme: string): boolean {
  return dangerousSchemes.has(scheme) || dangerousFamilies.test(scheme)
}

/**
 * Returns the scheme of a URI in lower case, without the colon; `undefined` for text without a scheme, or with nothing
 * after it.
 */
export function schemeOf(uri: string): string | undefined {
  return /^([A-Za-z][A-Za-z0-9+.-]*):./.exec(uri)?.[1]?.toLowerCase()
}

/** Tells whether a URI wraps another one (`feed:javascript:x`). Programs disagree on which of the two they follow. */
export function wrapsAnotherUri(uri: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)
}

/**
 * Tells why a client may not use a private-use scheme; `undefined` when it may. A scheme with a period is a reversed
 * domain name of the client, which others have no reason to use; any application may claim one without a period ({@link
 * https://www.rfc-editor.org/rfc/rfc8252#section-8.4 RFC 8252 section 8.4}).
 */
export function privateUseSchemeProblem(scheme: string, policy: SchemePolicy): string | undefined {
  if (policy === 'any' || policy.has(scheme) || /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+$/.test(scheme)) return undefined
  return `must have a scheme with a period, for instance com.example.${scheme.replaceAll('.', '')}, or use https`
}
