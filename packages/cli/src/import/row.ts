/** A row of another server as its database or a line of a file has it. */
export type Row = Readonly<Record<string, unknown>>

/** A row that cannot be read. The text says what to change and contains no value of the row, since one may be a secret. */
export class RowProblem extends Error {
  override readonly name = 'RowProblem'
}

/**
 * Returns a member by its name in camelCase or snake_case; `undefined` for one that is absent or null.
 * @throws {RowProblem} when the row has both with different values, since nobody can tell which one counts
 */
export function member(row: Row, name: string): unknown {
  const names = new Set([name, name.replace(/[A-Z]+/g, (capital) => `_${capital.toLowerCase()}`)])
  const found = [...names].filter((one) => Object.hasOwn(row, one)).map((one) => row[one] ?? undefined)
  if (found.length > 1 && JSON.stringify(found[0]) !== JSON.stringify(found[1])) {
    throw new RowProblem(`${[...names].join(' and ')} are both there and differ: leave one of them out`)
  }
  return found[0]
}

/** Reads text; `undefined` for an absent or empty one. */
export function textIn(row: Row, name: string): string | undefined {
  const value = member(row, name)
  if (value === undefined || value === '') return undefined
  if (typeof value === 'string') return value
  throw new RowProblem(`${name} is no text`)
}

/** Reads text that has to be there. */
export function requiredText(row: Row, name: string): string {
  const text = textIn(row, name)
  if (text === undefined) throw new RowProblem(`${name} is missing`)
  return text
}

/** Reads a flag as databases keep it. A value that is neither is an error: `disabled` must not become `false`. */
export function flagIn(row: Row, name: string): boolean | undefined {
  const value = member(row, name)
  if (value === undefined) return undefined
  if (value === true || value === 1 || value === '1' || value === 'true' || value === 't') return true
  if (value === false || value === 0 || value === '0' || value === 'false' || value === 'f') return false
  throw new RowProblem(`${name} is neither true nor false`)
}

/** Reads a list: one of the database, one in JSON, or text with this separator. */
export function listIn(row: Row, name: string, separator: ' ' | ',' = ' '): readonly string[] | undefined {
  const value = member(row, name)
  if (value === undefined || value === '') return undefined
  const list = typeof value === 'string' ? listOf(name, value, separator) : value
  if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list
  throw new RowProblem(`${name} is no list of texts`)
}

function listOf(name: string, text: string, separator: string): unknown {
  if (text.startsWith('[')) return json(name, text)
  return text.split(separator).filter((one) => one !== '')
}

/** Reads an object: one of the database, or one in JSON. */
export function objectIn(row: Row, name: string): Row | undefined {
  const value = member(row, name)
  if (value === undefined || value === '') return undefined
  const object = typeof value === 'string' ? json(name, value) : value
  if (isRow(object)) return object
  throw new RowProblem(`${name} is no JSON object`)
}

/** Reads a time in whole seconds since the epoch: a date, text of one, or a number of seconds or milliseconds. */
export function secondsIn(row: Row, name: string): number | undefined {
  const value = member(row, name)
  if (value === undefined || value === '') return undefined
  const numeric = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value
  const milliseconds =
    typeof numeric === 'number' ? (numeric > 1e11 ? numeric : numeric * 1000) : millisecondsOf(numeric)
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) throw new RowProblem(`${name} is no time`)
  return Math.floor(milliseconds / 1000)
}

/** A time without a zone is in UTC, as servers store it. */
function millisecondsOf(value: unknown): number | undefined {
  if (value instanceof Date) return value.getTime()
  if (typeof value !== 'string') return undefined
  const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value.replace(' ', 'T')}Z`
  return Date.parse(zoned)
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

function json(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new RowProblem(`${name} is no JSON`)
  }
}
