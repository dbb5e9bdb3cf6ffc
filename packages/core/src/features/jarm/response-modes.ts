import type { Context } from '../../contracts/context.ts'
import type { Core } from '../../contracts/core.ts'
import type { ResponseMode, ResponseModeRule } from '../../contracts/response-mode.ts'
import { defaultResponseMode } from '../../policy/response-mode.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { responseJwt, signingProblem } from './response-jwt.ts'

/** The response modes of JARM, each with the response mode that carries the JWT. */
const carriers: Readonly<Record<string, string>> = {
  jwt: defaultResponseMode,
  'query.jwt': 'query',
  'fragment.jwt': 'fragment',
  'form_post.jwt': 'form_post',
}

/**
 * The response modes with a signed response ({@link https://openid.net/specs/oauth-v2-jarm.html JARM section 2.3}). The
 * response has one parameter, `response`, which another response mode carries.
 * @param lifetime of the JWT, in seconds
 */
export function signedResponseModes(core: Core, lifetime: number): readonly ResponseMode[] {
  return Object.entries(carriers).map(([name, carrier]) => signedResponseMode(core, { name, carrier, lifetime }))
}

interface SignedMode {
  readonly name: string
  readonly carrier: string
  readonly lifetime: number
}

function signedResponseMode(core: Core, { name, carrier, lifetime }: SignedMode): ResponseMode {
  return {
    name,
    problem: (redirectUri, client) =>
      carrierOf(core, carrier).problem?.(redirectUri, client) ?? signingProblem(core, client),
    async respond(ctx, request, target, parameters) {
      const client = await ctx.clients.find(target.clientId)
      if (client === undefined) throw new Error('the client of the authorization response was deleted or disabled')
      const response = await responseJwt(ctx, client, parameters, lifetime)
      return carrierOf(ctx, carrier).respond(ctx, request, target, { response })
    },
  }
}

function carrierOf({ registry }: Context, name: string): ResponseMode {
  const mode = registry.responseModes.get(name)
  if (mode === undefined) throw new Error(`there is no response mode ${name}`)
  return mode
}

/**
 * Makes the rule that clients use the response modes of JARM alone.
 * @param required whether the rule holds for every client, or only for those that registered
 * `require_signed_authorization_response`
 */
export function requireSigned(required: boolean): ResponseModeRule {
  return {
    instead(mode, client) {
      if (Object.hasOwn(carriers, mode) || !(required || isRequiredFor(client))) return undefined
      const signed = `${mode}.jwt`
      return mode !== defaultResponseMode && Object.hasOwn(carriers, signed) ? signed : 'jwt'
    },
  }
}

function isRequiredFor(client: ClientRecord | undefined): boolean {
  return client?.metadata.require_signed_authorization_response === true
}
