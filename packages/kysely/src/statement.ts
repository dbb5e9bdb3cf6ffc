import type { Compilable, CompiledQuery } from 'kysely'

/** A query that is compiled once and runs with different values each time. */
export interface Statement<Input, Row> {
  readonly query: CompiledQuery<Row>
  /** The parameters, in the order of the SQL. An absent value is `null`. */
  readonly parameters: (input: Input) => readonly unknown[]
}

/** Makes a placeholder for the value that the input's member `name` has when the statement runs. */
export type Bind<Input> = <Name extends keyof Input & string>(name: Name) => NonNullable<Input[Name]>

const placeholder = Symbol('placeholder')

interface Placeholder {
  readonly [placeholder]: string
}

function isPlaceholder(value: unknown): value is Placeholder {
  return typeof value === 'object' && value !== null && placeholder in value
}

/** The texts of all compiled statements. `preparedStatements` prepares these, and no queries of the host. */
export const compiledTexts: Set<string> = new Set()

/**
 * Compiles a query with placeholders for its values, and records the order of the placeholders. Building and compiling a
 * query with Kysely costs more than running it, so each storage does it once.
 */
export function statement<Input, Row>(build: (bind: Bind<Input>) => Compilable<Row>): Statement<Input, Row> {
  const query = build((name) => ({ [placeholder]: name }) as never).compile()
  compiledTexts.add(query.sql)
  const names = query.parameters.map((value) =>
    isPlaceholder(value) ? (value[placeholder] as keyof Input) : undefined,
  )
  return {
    query,
    parameters(input) {
      const values = query.parameters.slice()
      for (let at = 0; at < names.length; at++) {
        const name = names[at]
        if (name === undefined) continue
        const value = input[name] ?? null
        // A driver may spread a list over several placeholders, or bind its text.
        if (typeof value === 'object' && value !== null) throw new TypeError(`${String(name)} must be text or a number`)
        values[at] = value
      }
      return values
    },
  }
}

/** Binds each column to the input's member of the same name, for an insert or an update of a whole row. */
export function bindAll<Row, Column extends keyof Row & string>(
  bind: Bind<Row>,
  columns: readonly Column[],
): { readonly [Name in Column]: NonNullable<Row[Name]> } {
  return Object.fromEntries(columns.map((column) => [column, bind(column)])) as never
}
