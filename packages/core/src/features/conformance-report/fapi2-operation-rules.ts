import { securityDemands, securityProfile } from '../../conformance/fapi2-demands.ts'
import { cannotTell, metIf, type ServerRule } from '../../conformance/rule.ts'

/** Rules of FAPI 2.0 about how the server is run. A provider with the profile starts also without them, for development. */
export const fapi2OperationRules: readonly ServerRule[] = [
  {
    id: 'fapi2-https',
    requirement: 'The issuer is an https URL.',
    section: `${securityProfile}#section-5.2.1`,
    rate: ({ config }) => metIf(config.secure, 'set the option baseUrl to an https URL', config.issuer),
  },
  {
    id: 'fapi2-no-cors-at-authorization',
    requirement: 'Scripts of other origins cannot read the authorization endpoint (no CORS).',
    section: `${securityProfile}#section-5.2.2`,
    rate: ({ registry }) =>
      metIf(
        registry.endpoints.every(({ metadata, cors }) => metadata !== 'authorization_endpoint' || cors === undefined),
        'remove the feature that adds CORS to the authorization endpoint',
      ),
  },
  {
    id: 'fapi2-every-client',
    requirement: 'The profile holds for every client.',
    section: `${securityProfile}#section-5.3.2.1`,
    rate: ({ inForce }) =>
      metIf(
        Object.keys(securityDemands).every((name) => Object.hasOwn(inForce, name)),
        "add the feature fapi2SecurityProfile() from @oauth/core/features/fapi2 with clients: 'all'; clients without the profile are rated one by one",
      ),
  },
]

/** Rules of FAPI 2.0 that a deployment has to meet. */
export const fapi2DeploymentRules: readonly ServerRule[] = [
  {
    id: 'fapi2-tls',
    requirement: 'TLS is version 1.2 or newer, with the cipher suites of BCP 195.',
    section: `${securityProfile}#section-5.2.1`,
    rate: () =>
      cannotTell(
        'look at the TLS settings of your proxy: nginx needs ssl_protocols TLSv1.2 TLSv1.3, and for TLS 1.2 only ECDHE or DHE suites with AES-GCM',
      ),
  },
  {
    id: 'fapi2-hsts',
    requirement:
      'Browsers always use https for the pages of this server (HSTS), and its DNS names are signed where possible.',
    section: `${securityProfile}#section-5.2.2`,
    rate: () =>
      cannotTell(
        'look whether your proxy sends Strict-Transport-Security with a max-age of months, and whether your zone has DNSSEC',
      ),
  },
  {
    id: 'fapi2-resource-servers',
    requirement:
      'Resource servers take access tokens from the Authorization header alone, with the proof of their key.',
    section: `${securityProfile}#section-5.3.4`,
    rate: () =>
      cannotTell('look whether each API uses @oauth/resource-server with its sender constraint, or checks cnf itself'),
  },
  {
    id: 'fapi2-clock-of-the-server',
    requirement: 'The clock of the server is right within seconds.',
    section: `${securityProfile}#section-5.3.2.1`,
    rate: () => cannotTell('look whether every machine that runs this server synchronises its clock (NTP)'),
  },
]
