import type { Step } from '../flows/flow.ts'
import { aQuestion, nothing, type Result } from '../run.ts'
import { type Exchange, errorOf } from '../world/exchange.ts'
import { h } from './h.ts'

/** What came of a step where that is not plain from the response: an attack, an error, a surprise. */
export function verdictView(result: Result, { attack, expects }: Step, last: Exchange): HTMLElement | undefined {
  const error = errorOf(last)
  if (result.verdict === 'as planned' && error === undefined && expects === undefined) return undefined
  const reason = last.events.find((event) => event.type === 'request.refused' || /replayed/.test(event.type))
  const why = reason === undefined ? undefined : reasonOf(reason)
  const surprise = result.verdict !== 'as planned'
  const text = surprise
    ? error === undefined
      ? 'The server accepted it.'
      : `The server refused it: ${error}.`
    : expects === nothing
      ? 'Nothing happened, although the answer does not show it.'
      : expects === aQuestion
        ? 'The server asks the user, and has done nothing.'
        : error === undefined
          ? 'As planned.'
          : attack
            ? `Refused, as it must be: ${error}.`
            : `As planned: ${error}.`
  return h(
    'div',
    { class: `verdict ${surprise ? 'bad' : 'good'}` },
    h('p', {}, h('b', {}, text)),
    why !== undefined && h('p', {}, 'The true reason: ', why),
  )
}

function reasonOf(event: object): string {
  const { type, description, cause, ended } = JSON.parse(JSON.stringify(event)) as Record<string, unknown>
  if (ended === true) return `${type}, so the whole grant has ended`
  const deeper = typeof cause === 'string' ? cause : (cause as { readonly message?: unknown } | undefined)?.message
  const text = typeof deeper === 'string' && deeper !== '' ? deeper : description
  return typeof text === 'string' ? text : String(type)
}
