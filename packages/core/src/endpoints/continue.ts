import type { Endpoint } from '../contracts/endpoint.ts'
import type { InteractionStep } from '../contracts/interaction.ts'
import { readQueryAndBody } from '../http/form.ts'
import type { Parameters } from '../http/parameters.ts'
import { failThroughCompletion } from '../interaction/complete.ts'
import { loadInteraction } from '../interaction/load-interaction.ts'
import { resume } from '../interaction/proceed.ts'
import { interactionState } from '../interaction/state-reference.ts'
import { endpointPaths } from '../protocol/endpoint-paths.ts'

/**
 * The endpoint to which every page sends the user back. Whether the user has signed in is read from the session: the
 * request cannot claim it.
 */
export const continueInteraction: Endpoint = {
  name: 'continue',
  path: endpointPaths.continue,
  methods: ['GET', 'POST'],
  changesOnGet: true,
  errors: 'page',
  async handle(ctx, request) {
    const parameters = await readQueryAndBody(request)
    const state = await interactionState(ctx, parameters)
    const loaded = await loadInteraction(ctx, request, state)
    const finished = finishedStep(loaded.interaction.step, parameters)
    return failThroughCompletion(ctx, request, loaded.pending, () => resume(ctx, request, loaded, finished))
  },
}

/** Login and sign-up are checked by the session. Only the choice of an account is a parameter of the request. */
function finishedStep(step: InteractionStep, parameters: Parameters): InteractionStep | undefined {
  if (step === 'login' || step === 'create') return step
  return step === 'select_account' && parameters.get('selected')?.toLowerCase() === 'true' ? step : undefined
}
