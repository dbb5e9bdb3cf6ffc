import { errorTarget } from '../authorization/error-target.ts'
import { loadInteraction } from '../authorization/load.ts'
import { resume } from '../authorization/proceed.ts'
import { towardsClient } from '../authorization/respond.ts'
import type { Endpoint } from '../contracts/endpoint.ts'
import type { Parameters } from '../http/parameters.ts'
import { parseParameters } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'
import type { InteractionStep } from '../storage/interaction.ts'

/** Where every page sends its user back to. What has been done is read from the session, not believed. */
export const continueInteraction: Endpoint = {
  name: 'continue',
  path: endpointPaths.continue,
  methods: ['GET'],
  errors: 'page',
  async handle(ctx, request) {
    const parameters = parseParameters(queryOf(request.url))
    const { interaction, client, target } = await loadInteraction(ctx, request, parameters.get('state'))
    // The user may have passed all pages without a click, and has agreed to nothing yet.
    return towardsClient(
      () => errorTarget(ctx, request, client, target),
      () => {
        return resume(ctx, request, client, interaction, finishedStep(interaction.step, parameters))
      },
    )
  },
}

/** Login and sign-up prove themselves by a session; only the choice of an account has to be said. */
function finishedStep(step: InteractionStep, parameters: Parameters): InteractionStep | undefined {
  if (step === 'login' || step === 'create') return step
  return step === 'select_account' && parameters.get('selected') === 'true' ? step : undefined
}
