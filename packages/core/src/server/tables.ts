/** The owner of what every server has. */
export const core = 'core'

/** Something that a feature brings, with the name of the feature, or `core`. */
export interface Owned<Row> {
  readonly feature: string
  readonly row: Row
}

/**
 * Collects the rows of all features in one table.
 * @param what names a row in an error text, for instance `the grant type`
 * @throws {TypeError} when two features bring a row with the same key; it names both features
 */
export function fold<Row>(
  what: string,
  rows: readonly Owned<Row>[],
  key: (row: Row) => string,
): ReadonlyMap<string, Row> {
  const owners = new Map<string, string>()
  const table = new Map<string, Row>()
  for (const { feature, row } of rows) {
    const name = key(row)
    const owner = owners.get(name)
    if (owner !== undefined) throw clash(what, name, owner, feature)
    owners.set(name, feature)
    table.set(name, row)
  }
  return table
}

/** Makes the error for two features that bring the same thing. */
export function clash(what: string, name: string, owner: string, feature: string): TypeError {
  if (owner === core) {
    return new TypeError(`the feature ${feature} brings ${what} ${name}, which the server has already: choose another`)
  }
  return new TypeError(
    owner === feature
      ? `the feature ${feature} brings ${what} ${name} twice`
      : `the features ${owner} and ${feature} both bring ${what} ${name}: leave one of them out`,
  )
}
