/** `setting`: it works with one setting that the library's own documentation has and that `setting` names. */
export const outcomes = ['works', 'setting', 'fails'] as const

/** What one library did in one flow. */
export interface Row {
  readonly library: string
  /** The version that ran, for instance `1.9.1`. */
  readonly version: string
  /** What it did, for instance `sign-in, userinfo, refresh`. */
  readonly flow: string
  readonly result: (typeof outcomes)[number]
  /** The setting, in Markdown, when the result is `setting`. */
  readonly setting?: string
  /** Why it failed, for whoever runs the check. It is not part of the documentation. */
  readonly detail?: string
}

/** Returns the rows that a program printed: one JSON object a line. Other lines are its own talk. */
export function rowsIn(output: string): readonly Row[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{"library"'))
    .map((line) => checked(JSON.parse(line)))
}

function checked(row: Row): Row {
  const { library, version, flow, result, setting, detail } = row
  if (![library, version, flow].every((text) => typeof text === 'string' && text !== '') || !outcomes.includes(result))
    throw new TypeError(`A row needs library, version, flow and result: ${JSON.stringify(row)}`)
  if ((result === 'setting') !== (setting !== undefined))
    throw new TypeError(`A row has a setting exactly when its result is "setting": ${JSON.stringify(row)}`)
  return {
    ...{ library, version, flow, result },
    ...(setting !== undefined && { setting }),
    ...(detail !== undefined && { detail }),
  }
}

/** Returns the rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['library', 'version', 'flow', 'result'],
    ...rows.map(({ library, version, flow, result, setting }) => [library, version, flow, setting ?? result]),
  ]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = cells
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n')
}
