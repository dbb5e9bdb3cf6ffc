import { flows } from '../flows/flows.ts'
import type { Actions, State } from '../state.ts'
import { detailView } from './detail.ts'
import { h } from './h.ts'
import { homeView } from './home.ts'
import { optionsView } from './options.ts'
import { sequenceView } from './sequence.ts'

/** The whole page for a state. */
export function pageView(state: State, actions: Actions): readonly HTMLElement[] {
  const { flow, run } = state
  const header = h(
    'header',
    { class: 'top' },
    h('a', { class: 'brand', href: '#/' }, h('span', { class: 'logo', 'aria-hidden': 'true' }), 'OAuth playground'),
    flow !== undefined && h('a', { class: 'all', href: '#/' }, 'All flows'),
  )
  if (flow === undefined) return [header, homeView(flows)]
  return [
    header,
    h(
      'main',
      { class: 'flow', id: 'main' },
      h(
        'div',
        { class: 'flow-head' },
        h('h1', { tabindex: '-1', 'data-focus': 'heading' }, flow.title),
        h('p', { class: 'muted' }, flow.summary),
      ),
      optionsView(state, actions),
      run === undefined
        ? h('p', { class: 'muted starting', role: 'status' }, state.refused === undefined ? 'The server starts …' : '')
        : h('div', { class: 'columns' }, sequenceView(run, state, actions), detailView(run, state, actions)),
    ),
  ]
}
