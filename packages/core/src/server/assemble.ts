import { createMetadataSchemas } from '../clients/metadata-schema.ts'
import type { ClientAuthMethod } from '../contracts/client-auth-method.ts'
import type { Config } from '../contracts/config.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import type { Feature } from '../contracts/feature.ts'
import type { GrantType } from '../contracts/grant-type.ts'
import type { Registry } from '../contracts/registry.ts'
import type { ResponseMode } from '../contracts/response-mode.ts'
import { base, builtInGrantTypes, chosenByOptions } from './built-in.ts'

/**
 * Folds the built-in parts and the features into the tables that requests are served from.
 * @throws {TypeError} for an unknown grant type, and for two features that bring the same thing
 */
export function assemble(config: Config, features: readonly Feature[]): Registry {
  const chosen = config.grantTypes.map((name) => {
    const feature = builtInGrantTypes.get(name)
    if (feature !== undefined) return feature
    throw new TypeError(`grantTypes: ${name} is not known; there are ${[...builtInGrantTypes.keys()].join(', ')}`)
  })
  const all = [base, ...chosenByOptions(config), ...chosen, ...features]
  const clientMetadata = [...new Set(all.flatMap((feature) => feature.clientMetadata ?? []))]
  const endpoints = table<Endpoint>(all, 'endpoints', ({ path }) => path)
  return Object.freeze({
    endpoints: [...endpoints.values()],
    grantTypes: table<GrantType>(all, 'grantTypes', ({ name }) => name),
    clientAuthMethods: table<ClientAuthMethod>(all, 'clientAuthMethods', ({ name }) => name),
    clientMetadata,
    metadataSchemas: createMetadataSchemas(clientMetadata),
    responseModes: table<ResponseMode>(all, 'responseModes', ({ name }) => name),
    sessionObservers: all.flatMap((feature) => feature.sessionObserver ?? []),
    parameterSources: all.flatMap((feature) => feature.authorizationParameters ?? []),
    serverMetadata: Object.assign({}, ...all.map((feature) => feature.serverMetadata?.(config))),
  })
}

function table<Row>(
  features: readonly Feature[],
  member: 'endpoints' | 'grantTypes' | 'clientAuthMethods' | 'responseModes',
  key: (row: Row) => string,
): ReadonlyMap<string, Row> {
  const rows = new Map<string, Row>()
  for (const feature of features) {
    for (const row of (feature[member] ?? []) as readonly Row[]) {
      if (rows.has(key(row)))
        throw new TypeError(`the feature ${feature.name} brings ${key(row)}, which is there already`)
      rows.set(key(row), row)
    }
  }
  return rows
}
