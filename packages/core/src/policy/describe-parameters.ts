import type { Registry } from '../contracts/registry.ts'
import type { Extra } from '../storage/extra.ts'

/** Returns what a page gets to show of the values of features' parameters, by the names of the parameters. */
export function describeParameters(
  { authorizationParameters }: Pick<Registry, 'authorizationParameters'>,
  values: Extra = {},
): Extra {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const parameter = authorizationParameters.get(name)
      return [name, parameter?.describe === undefined ? value : parameter.describe(value)]
    }),
  )
}
