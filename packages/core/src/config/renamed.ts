/**
 * Options of the Python seed whose name here is not close to theirs, by their name without underscores and in lower case.
 * Whoever comes from there is told the name of today.
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
