import type { Registry } from '../contracts/registry.ts'

/**
 * Whether a request without `scope` has a parameter of a feature that says by itself what the client asks for. Then it asks
 * for no scope.
 */
export function isScopeReplaced(
  { authorizationParameters }: Pick<Registry, 'authorizationParameters'>,
  parameters: { get(name: string): string | undefined },
): boolean {
  if (authorizationParameters.size === 0 || parameters.get('scope') !== undefined) return false
  for (const { name, insteadOfScope } of authorizationParameters.values()) {
    if (insteadOfScope === true && parameters.get(name) !== undefined) return true
  }
  return false
}
