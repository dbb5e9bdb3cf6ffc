import { stripVTControlCharacters } from 'node:util'

/** Where commands write. With `--json` each object is one line of stdout, and people read nothing. */
export interface Output {
  /** Tells people something. It goes to stderr, so that stdout has only results. */
  tell(text: string): void
  /** Writes a result: `text` for people, or the object with `--json`. */
  result(object: Readonly<Record<string, unknown>>, text: string): void
}

export function output(json: boolean): Output {
  return {
    tell: (text) => void (json || process.stderr.write(`${text}\n`)),
    result: (object, text) => void process.stdout.write(`${json ? jsonLine(object) : text}\n`),
  }
}

/** What JSON leaves as it is, and a terminal obeys. */
const unescaped = /[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** JSON for a program, or for the terminal of whoever tries it. */
export function jsonLine(object: Readonly<Record<string, unknown>>): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return JSON.stringify(object).replaceAll(unescaped, escaped)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

/** Text of the server for a terminal: a name or an answer must not move the cursor, change colors or turn text around. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(unprintable, '')
}
