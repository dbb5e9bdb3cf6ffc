/** What stands in place of what was taken out. */
const gone = '…'

/** The longest message, and the most of a text that is looked at. */
const longest = 300
const most = 4000

/**
 * A text for the console: without tokens, codes, secrets, cookies, connection strings and the values of statements, on
 * one line, cut where it is long. What is left are words and names: enough to find the fault, nothing that opens
 * anything.
 * @param secrets texts that are taken out wherever they are
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let plain = text.slice(0, most).replaceAll(/\p{Cc}+/gu, ' ')
  for (const secret of secrets) plain = plain.replaceAll(secret, gone)
  plain = plain
    // The values of a statement, which some libraries append to their message.
    .replace(/\b(params|parameters|bindings)\b\s*[:=].*$/i, `$1: ${gone}`)
    // User and password of a connection string, and the query of any URL.
    .replaceAll(/(\w:\/\/)[^\s/@'"]+@/g, `$1${gone}@`)
    .replaceAll(/\?[^\s?'"=]+=[^\s'"]*/g, `?${gone}`)
    .replaceAll(/\b(bearer|basic|dpop) [^\s'",]+/gi, `$1 ${gone}`)
    .replaceAll(
      /(password|passwd|pwd|secret|token|authorization|cookie|verifier)(['"]?[:=] ?)[^\s,;)}]+/gi,
      `$1$2${gone}`,
    )
    .replaceAll(/(?<!\w)(['"`])([^'"`]*)\1(?!\w)/g, (quoted, mark: string, inside: string) =>
      isName(inside) ? quoted : mark + gone + mark,
    )
    .replaceAll(/[\w+=-]{20,}/g, (run) => (isCredential(run) ? gone : run))
  return plain.length > longest ? plain.slice(0, longest) + gone : plain
}

/** A quoted name of a table, column or member helps; anything else in quotes is a value. */
function isName(text: string): boolean {
  return /^[A-Za-z_][\w.]*$/.test(text)
}

/** A long run without a break: credentials, hashes and ids have digits, or are longer than any name. */
function isCredential(run: string): boolean {
  return run.length >= 40 || (/\d/.test(run) && /[A-Za-z]/.test(run))
}
