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
    result: (object, text) => void process.stdout.write(`${json ? JSON.stringify(object) : text}\n`),
  }
}

/** Text of the server for a terminal: a name or an answer must not move the cursor or change colors. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it removes
  return stripVTControlCharacters(text).replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}
