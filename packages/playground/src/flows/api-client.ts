import { type App, registerApp } from '../world/apps.ts'
import { places } from '../world/places.ts'
import type { World } from '../world/world.ts'

/** Registers the API itself as a client, which may introspect the tokens that are for it. */
export function registerApi(world: World, grantTypes: readonly string[] = []): Promise<App> {
  const isResource = world.switches.format === 'jwt'
  return registerApp(world, {
    id: 'notes-api',
    name: 'Notes API',
    confidential: true,
    grantTypes,
    scope: grantTypes.length === 0 ? 'notes:read' : 'notes:read stock:read',
    metadata: {
      response_types: [],
      ...(isResource ? { resources: [places.api] } : { introspect_without_resource: true }),
    },
  })
}
