/**
 * Names of options in the Python original that are not similar to the names here, without underscores and in lower
 * case. The error for such a name suggests the current one.
 */
export const renamedOptions: Readonly<Record<string, string>> = {
  adapter: 'storage',
  statettlseconds: 'interactionTtlSeconds',
  fallbacksigningsecret: 'secret',
  signing: 'idTokenSigningAlgorithm',
  prefix: 'basePath',
  routeprefix: 'basePath',
  resources: 'validAudiences',
  resourceserverurl: 'validAudiences',
  resourcescopes: 'scopes',
}
