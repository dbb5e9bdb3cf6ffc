import type { Endpoint } from '../contracts/endpoint.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import { parseParameters } from '../http/parameters.ts'
import { redirect } from '../http/redirect.ts'
import { queryOf } from '../http/target.ts'
import { loadInteraction } from '../interaction/load-interaction.ts'
import { verifyPageQuery } from '../interaction/page-query.ts'
import { pageUrl, returnUrl } from '../interaction/page-url.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import { errorForUser } from '../protocol/errors.ts'

/**
 * Sends a user who has lost the page back to the page that is due. The request names the interaction by `state`, or by
 * the signed query of an earlier page URL.
 */
export const login: Endpoint = {
  name: 'login',
  path: endpointPaths.login,
  methods: ['GET'],
  errors: 'page',
  async handle(ctx, request) {
    const query = queryOf(request.url)
    const parameters = parseParameters(query)
    const signed = parameters.has('sig')
    if (signed && (await verifyPageQuery(ctx.config.pageSecrets, query, ctx.clock.now())) === undefined) {
      throw errorForUser('invalid_request', englishTexts.pageAddressChanged)
    }
    const { interaction } = await loadInteraction(ctx, request, parameters.get('state'))
    const context = { intent: interaction.step, return_to: returnUrl(ctx, interaction) }
    return redirect(request, await pageUrl(ctx, interaction, context))
  },
}
