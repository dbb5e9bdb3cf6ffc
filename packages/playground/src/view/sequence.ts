import type { Step } from '../flows/flow.ts'
import type { Run } from '../run.ts'
import type { Actions, State } from '../state.ts'
import { errorOf } from '../world/exchange.ts'
import { h } from './h.ts'

export const partyNames = { app: 'App', browser: 'Browser', server: 'Server', api: 'API' } as const

/** The conversation: one row for each step, with an arrow between the lanes of its parties. */
export function sequenceView(run: Run, state: State, actions: Actions): HTMLElement {
  return h(
    'nav',
    { class: `sequence ${state.stepsOpen ? 'open' : ''}`, 'aria-label': 'Steps' },
    h(
      'button',
      {
        type: 'button',
        class: 'steps-toggle',
        'aria-expanded': String(state.stepsOpen),
        'data-focus': 'steps',
        on: { click: () => actions.toggleSteps() },
      },
      h('span', {}, `Step ${state.at + 1} of ${run.steps.length}`),
      h('span', { 'aria-hidden': 'true' }, state.stepsOpen ? '−' : '+'),
    ),
    h(
      'div',
      { class: 'lanes heads', 'aria-hidden': 'true' },
      Object.values(partyNames).map((name) => h('span', {}, name)),
    ),
    h(
      'ol',
      {},
      run.steps.map((step, index) => row(run, step, index, state, actions)),
    ),
  )
}

function row(run: Run, step: Step, index: number, { at }: State, actions: Actions): HTMLElement {
  const result = run.results.get(step.id)
  const last = result?.exchanges.at(-1)
  const mark = result === undefined ? '' : result.verdict === 'as planned' ? 'done' : 'surprise'
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: `step ${mark} ${step.attack ? 'attack' : ''} ${step.kind}`,
        'aria-current': index === at ? 'step' : undefined,
        'data-focus': `step-${index}`,
        on: { click: () => actions.select(index, `step-${index}`) },
      },
      h('span', { class: 'number' }, mark === 'done' ? '✓' : mark === 'surprise' ? '!' : String(index + 1)),
      h(
        'span',
        { class: 'label' },
        step.attack && h('span', { class: 'tag' }, 'Attack'),
        h('span', { class: 'name' }, step.title),
        step.kind === 'request' && h('span', { class: 'who' }, `${partyNames[step.from]} → ${partyNames[step.to]}`),
        mark !== '' && h('span', { class: 'unseen' }, mark === 'done' ? ', done' : ', not as planned'),
      ),
      h(
        'span',
        { class: 'lanes', 'aria-hidden': 'true' },
        arrows(step, last === undefined ? undefined : summary(last)),
      ),
    ),
  )
}

function arrows(step: Step, answered: string | undefined): readonly HTMLElement[] {
  if (step.kind === 'wait') return [h('span', { class: 'time' }, `${step.seconds} seconds`)]
  if (step.kind === 'shortcut') return [h('span', { class: 'time' }, `${step.steps.length} requests`)]
  const beside = answered !== undefined && answered.length > 4 && step.from !== 'app' ? 'beside' : ''
  const back = answered !== undefined && h('i', { class: beside }, answered)
  return [
    h('span', { class: 'arrow', 'data-from': step.from, 'data-to': step.to }),
    ...(back ? [h('span', { class: 'arrow back', 'data-from': step.to, 'data-to': step.from }, back)] : []),
  ]
}

function summary(exchange: Parameters<typeof errorOf>[0]): string {
  return `${exchange.answer.status} ${errorOf(exchange) ?? ''}`.trim()
}
