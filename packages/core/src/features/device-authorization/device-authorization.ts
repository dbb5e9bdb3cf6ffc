import type { Feature } from '../../contracts/feature.ts'
import { deviceEndpoint, deviceEndpointName } from './begin.ts'
import { completionName, type DeviceDetails, deviceCompletion } from './completion.ts'
import { kind, recordSeconds } from './device-request.ts'
import { codeEndpoint, codeEndpointName } from './enter-code.ts'
import { deviceCodeGrant } from './grant-type.ts'
import { type CodeEntryLimit, type DeviceAuthorizationOptions, pageUri, parseDeviceOptions } from './options.ts'
import type { DeviceOrigin } from './origin.ts'

export type { CodeEntryLimit, DeviceAuthorizationOptions, DeviceDetails, DeviceOrigin }

declare module '../../protocol/feature-client-metadata.ts' {
  interface GrantTypeNames {
    'urn:ietf:params:oauth:grant-type:device_code': true
  }
}

/** `provider.features.deviceAuthorization` */
export interface DeviceAuthorization {
  /**
   * Returns what a login or consent page shows of the device that asks: its code to compare, and where it is.
   * @param context the result of `provider.resolveLoginContext`
   * @returns `undefined` when the page belongs to no device
   * @example
   * ```ts
   * const context = await provider.resolveLoginContext(request)
   * const device = provider.features.deviceAuthorization.detailsOf(context)
   * ```
   */
  detailsOf(context: {
    readonly completion: string
    readonly completionDetails?: Readonly<Record<string, unknown>>
  }): DeviceDetails | undefined
}

/**
 * A feature for devices without a browser, for instance televisions and command-line programs: the device shows a code, and
 * the user enters it in a browser elsewhere ({@link https://www.rfc-editor.org/rfc/rfc8628 RFC 8628}). The user signs in and
 * answers the consent page as for any other client; consent is always asked for.
 * @throws {TypeError} when an option is unknown or wrong
 * @example
 * ```ts
 * createProvider({ features: [deviceAuthorization({ verificationUri: '/device' })], ... })
 * ```
 */
export function deviceAuthorization(
  options: DeviceAuthorizationOptions,
): Feature<'deviceAuthorization', DeviceAuthorization> {
  const parsed = parseDeviceOptions(options)
  return Object.freeze<Feature<'deviceAuthorization', DeviceAuthorization>>({
    name: 'deviceAuthorization',
    // The feature needs the pages of the interaction.
    requires: ['authorization_code'],
    start(core) {
      const { verificationUri, resultUri } = parsed
      const rules = {
        ...parsed,
        verificationUri: pageUri('verificationUri', verificationUri, core.config),
        ...(resultUri !== undefined && { resultUri: pageUri('resultUri', resultUri, core.config) }),
      }
      return {
        endpoints: [deviceEndpoint(rules), codeEndpoint(rules)],
        grantTypes: [deviceCodeGrant],
        completions: [deviceCompletion(rules)],
        waitingRecords: [{ kind, lifetime: recordSeconds(rules) }],
        rateLimits: { [deviceEndpointName]: { address: 60, client: 600 }, [codeEndpointName]: { address: 60 } },
        api: {
          detailsOf: ({ completion, completionDetails }) =>
            completion === completionName ? (completionDetails as DeviceDetails | undefined) : undefined,
        },
      }
    },
  })
}
