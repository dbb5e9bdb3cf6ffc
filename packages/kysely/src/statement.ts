import type { Compilable, CompiledQuery } from 'kysely'

/** A query that was compiled once and runs with other values each time. */
export interface Statement<Input, Row> {
  readonly query: CompiledQuery<Row>
  /** The parameters, in the order of the SQL. An absent value is `null`. */
  readonly parameters: (input: Input) => readonly unknown[]
}

/** Stands for the value that `name` will have when the statement runs. */
export type Bind<Input> = <Name extends keyof Input & string>(name: Name) => NonNullable<Input[Name]>

const placeholder = Symbol('placeholder')

interface Placeholder {
  readonly [placeholder]: string
}

function isPlaceholder(value: unknown): value is Placeholder {
  return typeof value === 'object' && value !== null && placeholder in value
}

/**
 * Building and compiling a query with Kysely costs more than running it, so it happens once per storage: the query is
 * built with placeholders for values, and remembers in which order they came out.
 */
export function statement<Input, Row>(build: (bind: Bind<Input>) => Compilable<Row>): Statement<Input, Row> {
  const query = build((name) => ({ [placeholder]: name }) as never).compile()
  const slots = query.parameters.map((value) =>
    isPlaceholder(value) ? { name: value[placeholder] as keyof Input, constant: null } : { constant: value },
  )
  return {
    query,
    parameters: (input) => slots.map(({ name, constant }) => (name === undefined ? constant : (input[name] ?? null))),
  }
}

/** The values of an insert or of a whole update: each column bound to the member of its name. */
export function bindAll<Row, Column extends keyof Row & string>(
  bind: Bind<Row>,
  columns: readonly Column[],
): { readonly [Name in Column]: NonNullable<Row[Name]> } {
  return Object.fromEntries(columns.map((column) => [column, bind(column)])) as never
}
