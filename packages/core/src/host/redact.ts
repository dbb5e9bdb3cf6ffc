/** Replaces a removed text. */
const gone = '…'

/** The longest result, and how many characters of a text are read. */
const longest = 300
const most = 4000

/**
 * Redacts a text for the console. It removes tokens, codes, secrets, cookies, credentials in URLs and the values of SQL
 * statements, puts the rest on one line and cuts it after 300 characters. Words and names stay, to find the fault.
 * @param secrets texts that are removed wherever they occur
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let plain = text.slice(0, most).replaceAll(/\p{Cc}+/gu, ' ')
  for (const secret of secrets) plain = plain.replaceAll(secret, gone)
  plain = withoutParsedText(plain)
    // Values of an SQL statement, which some libraries append to their message.
    .replace(/\b(params|parameters|bindings)\b\s*[:=].*$/i, `$1: ${gone}`)
    // Headers that are credentials from their first word to their last.
    .replace(/\b(authorization|cookie)(['"]?[:=] ?).*$/i, `$1$2${gone}`)
    // The user and password of a connection string, and the query of any URL.
    .replaceAll(/(\w:\/\/)[^\s/@'"]+@/g, `$1${gone}@`)
    .replaceAll(/\?[^\s?'"=]+=[^\s'"]*/g, `?${gone}`)
    .replaceAll(/\b(bearer|basic|dpop) [^\s'",]+/gi, `$1 ${gone}`)
    .replaceAll(
      /(password|passwd|pwd|secret|token|authorization|cookie|verifier)(['"]?[:=] ?)("[^"]*"?|'[^']*'?|[^\s,;)}]+)/gi,
      `$1$2${gone}`,
    )
    .replaceAll(/(?<!\w)(['"`])([^'"`]*)\1(?!\w)/g, (quoted, mark: string, inside: string) =>
      isName(inside) ? quoted : mark + gone + mark,
    )
    .replaceAll(/[\w+=-]{20,}/g, (run) => (isCredential(run) ? gone : run))
  return plain.length > longest ? plain.slice(0, longest) + gone : plain
}

/**
 * Removes the text that a parser of JSON quotes, from its first quotation mark to its last: `Unexpected token 'p',
 * ..."password":"x"... is not valid JSON` (V8) and `JSON Parse error: Unexpected identifier "x"` (JavaScriptCore). The text
 * has quotation marks of its own, so the rule for quoted texts would take its values for names.
 */
function withoutParsedText(text: string): string {
  const named = text.replace(/(JSON Parse error: [^"'`]*).*$/, `$1${gone}`)
  const end = named.lastIndexOf(' is not valid JSON')
  const start = named.indexOf('"')
  return start < 0 || start > end ? named : named.slice(0, start) + gone + named.slice(end)
}

/**
 * Tells whether a quoted text is the name of a table, column or member. Any other quoted text is a value and is
 * removed.
 */
function isName(text: string): boolean {
  return /^[A-Za-z_][\w.]*$/.test(text)
}

/**
 * Tells whether a long run of characters may be a credential, hash or id: those have digits, or are longer than any
 * name.
 */
function isCredential(run: string): boolean {
  return run.length >= 40 || (/\d/.test(run) && /[A-Za-z]/.test(run))
}
