import { fapi2ClientRules } from '../../conformance/fapi2-client-rules.ts'
import type { Context } from '../../contracts/context.ts'
import { demandsOn, missingProfile } from '../../policy/demands.ts'
import type { ClientMetadata } from '../../protocol/client-metadata.ts'
import { OAuthError } from '../../protocol/errors.ts'

/**
 * Checks the metadata of a client that registers, or changes, against the profiles that hold for it.
 * @throws {OAuthError} `invalid_client_metadata` that says what to change
 */
export function checkClient(ctx: Context, metadata: ClientMetadata): void {
  const { config, registry } = ctx
  const missing = missingProfile(ctx, { metadata })
  if (missing !== undefined) throw invalid(`security_profile ${missing} needs the feature of this profile`)
  const names = registry.profiles.filter((profile) => profile.appliesTo(metadata)).map(({ name }) => name)
  if (names.length === 0) return
  const target = demandsOn(ctx, { metadata })
  for (const { rate } of fapi2ClientRules) {
    const rating = rate({ config, registry, target, inForce: target, metadata, bindsTokens: true })
    if (rating?.status !== 'not met') continue
    throw invalid(`the security profile ${names.join(' and ')} holds for this client: ${rating.change}`)
  }
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description)
}
