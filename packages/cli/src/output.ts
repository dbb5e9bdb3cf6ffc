/** The shape of what commands write, for people and as JSON. */

/** Replaces control characters: what a client registered must not move the cursor of the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?')
}

/** Makes one JSON document with an end of line. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

/** Makes indented lines of two or more columns below each other. */
export function aligned(lines: readonly (readonly string[])[]): string {
  return lines.map((line) => `  ${row(line, widthsOf(lines))}\n`).join('')
}

/** Makes a table with a heading, or the sentence that says that it is empty. */
export function table(
  columns: readonly string[],
  rows: readonly (readonly (string | undefined)[])[],
  empty: string,
): string {
  if (rows.length === 0) return `${empty}\n`
  const lines = [columns, ...rows.map((cells) => cells.map((cell) => printable(cell ?? '')))]
  const widths = widthsOf(lines)
  return lines.map((line) => `${row(line, widths)}\n`).join('')
}

/** Makes a list of names and values; a member that is `undefined` is left out. */
export function members(values: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, printable(textOf(value))]],
  )
  const widths = widthsOf(lines)
  return lines.map((line) => `${row(line, widths)}\n`).join('')
}

/** Writes a time in seconds since the epoch as people read it. */
export function time(seconds: number | undefined): string | undefined {
  return seconds === undefined
    ? undefined
    : `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function textOf(value: unknown): string {
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value.join(' ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function widthsOf(lines: readonly (readonly string[])[]): readonly number[] {
  const count = Math.max(0, ...lines.map((line) => line.length))
  return Array.from({ length: count }, (_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
}

function row(line: readonly string[], widths: readonly number[]): string {
  return line
    .map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
    .join('  ')
    .trimEnd()
}
