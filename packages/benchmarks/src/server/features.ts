import type { Feature } from '@oauth/core/feature'
import type { FeatureName } from '../protocol.ts'
import { loadBuilt } from './open-storage.ts'

/** A module of a built feature, of which each function makes a feature. */
type Made = Readonly<Record<string, (options?: object) => Feature>>

interface Factory {
  /** The name of the function that makes the feature. */
  readonly factory: string
  readonly options?: object
}

/** The host's rules for a payment, like those of `examples/server`, without a schema library. */
const payment = {
  schema: {
    '~standard': { version: 1, vendor: 'benchmark', validate: (value: object) => ({ value }) },
  },
  rememberConsent: true,
  withoutUser: () => true,
}

const factories: Readonly<Record<FeatureName, Factory>> = {
  'backchannel-authentication': {
    factory: 'ciba',
    options: { resolveUser: () => 'user-alice', notifyUser: () => {} },
  },
  'device-authorization': { factory: 'deviceAuthorization', options: { verificationUri: '/device' } },
  dpop: { factory: 'dpop' },
  'pushed-authorization-requests': { factory: 'pushedAuthorizationRequests' },
  'rich-authorization-requests': { factory: 'richAuthorizationRequests', options: { types: { payment } } },
}

/** Makes a feature of the built core. */
export async function makeFeature(core: string, name: FeatureName): Promise<Feature> {
  const made = await loadBuilt<Made>(core, `features/${name}/${name}.js`)
  const { factory, options } = factories[name]
  const make = made[factory]
  if (make === undefined) throw new Error(`features/${name} has no ${factory}`)
  return options === undefined ? make() : make(options)
}
