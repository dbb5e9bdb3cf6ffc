import { OAuthError } from '@oauth/core'
import {
  addParameters,
  encodeBase64url,
  type Feature,
  json,
  type ParameterSource,
  parseUnchecked,
  type UncheckedParameters,
} from '@oauth/core/feature'

const prefix = 'urn:example:pushed:'

/**
 * The least of pushed authorization requests, which shows how an endpoint binds a code to the key that its request proves. It
 * keeps the requests in memory, takes them as one form within the form (`pushed`), and does not compare clients.
 */
export function pushed(): Feature<'pushed'> {
  const requests = new Map<string, UncheckedParameters>()
  const source: ParameterSource = {
    async resolve(_ctx, sent) {
      return requests.get(sent.get('request_uri') ?? '')
    },
  }
  return {
    name: 'pushed',
    start: () => ({
      parameterSources: [source],
      endpoints: [
        {
          name: 'pushed',
          path: '/pushed',
          methods: ['POST'],
          errors: 'json',
          async handleClient(core, { request, client, parameters }) {
            const binding = await core.readBinding(request, { endpoint: `${core.config.issuer}/pushed`, client })
            const sent = parseUnchecked(parameters.get('pushed') ?? '')
            const read = await core.readAuthorization(request, sent).catch((error: unknown) => {
              if (!(error instanceof OAuthError)) throw error
              throw new OAuthError(error.code, error.description, { status: 400 })
            })
            const request_uri = prefix + encodeBase64url(core.random.bytes(16))
            requests.set(request_uri, addParameters(read.parameters, binding?.codeParameters ?? {}))
            return json(201, { request_uri }, binding?.headers ?? {})
          },
        },
      ],
    }),
  }
}
