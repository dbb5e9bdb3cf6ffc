import type { Context } from '../contracts/context.ts'
import type { ClientMetadata } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/errors.ts'
import { findResource } from '../protocol/resource.ts'
import type { ClientRights } from './rights.ts'

/**
 * Checks that the server knows the resources that a client stands for. A resource that the client already has may have
 * left `validAudiences` since then: a change of the client's name must not fail because of it.
 * @throws {OAuthError} `invalid_client_metadata` that names the resource
 */
export function checkResources(
  { config }: Pick<Context, 'config'>,
  { resources = [] }: Pick<ClientMetadata, 'resources'>,
  { before }: Pick<ClientRights, 'before'>,
): void {
  const unknown = resources.find(
    (resource) =>
      before?.resources?.includes(resource) !== true && findResource(config.validAudiences, resource) === undefined,
  )
  if (unknown === undefined) return
  throw new OAuthError(
    'invalid_client_metadata',
    `resources: ${unknown} is not in the option validAudiences: add it there`,
  )
}
