import type { Config } from '../contracts/config.ts'
import type { Issuance } from '../contracts/issuance.ts'
import type { Extra } from '../storage/extra.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'

/**
 * What a refresh token keeps when its grant has no resources, so that a refresh without `resource` keeps the audience
 * of the first token. Nothing when the grant decides, or without `bindResources`.
 */
export function keepResources({ grant, resources }: Issuance, { bindResources }: Config): Extra {
  const kept = bindResources !== false && grant?.resources.length === 0 && resources.length > 0
  return kept ? { resources } : {}
}

/** The resources that a refresh token keeps. */
export function keptResources({ extra }: RefreshTokenRecord): readonly string[] {
  const resources = extra?.resources
  return Array.isArray(resources) ? resources.filter((resource) => typeof resource === 'string') : []
}
