import { writeCurl } from '../curl.ts'
import type { Step } from '../flows/flow.ts'
import type { Result, Run } from '../run.ts'
import type { Actions, State } from '../state.ts'
import type { Exchange } from '../world/exchange.ts'
import { type Editor, editor } from './edit.ts'
import { copyButton, h, outside } from './h.ts'
import { answerView, jwtView, requestView, statusText } from './message.ts'
import { partyNames } from './sequence.ts'
import { serverView } from './server.ts'
import { verdictView } from './verdict.ts'

/** The selected step: why, the request, and what came of it. */
export function detailView(run: Run, state: State, actions: Actions): HTMLElement {
  const step = run.steps[state.at] as Step
  const result = run.results.get(step.id)
  const edited = state.editing && state.preview !== undefined ? editor(state.preview.draft) : undefined
  const parties = step.kind === 'request' ? ` · ${partyNames[step.from]} → ${partyNames[step.to]}` : ''
  const article = h(
    'article',
    {
      class: `detail ${step.attack ? 'attack' : ''}`,
      'aria-labelledby': 'step-title',
      'data-step': step.id,
      'data-verdict': result?.verdict,
    },
    h(
      'header',
      {},
      h(
        'p',
        { class: 'kicker' },
        `Step ${state.at + 1} of ${run.steps.length}${parties}`,
        step.attack && h('span', { class: 'tag' }, 'Attack'),
      ),
      h('h2', { id: 'step-title' }, step.title),
      h('p', { class: 'why' }, step.why),
      step.section !== undefined && h('p', { class: 'section' }, outside(step.section.url, step.section.name)),
    ),
  )
  if (result === undefined) article.append(...before(run, step, state, actions, edited))
  else article.append(...after(run, result, step, state))
  article.append(bar(run, result, state, actions, edited))
  return article
}

function before(
  run: Run,
  step: Step,
  state: State,
  actions: Actions,
  edited: Editor | undefined,
): readonly HTMLElement[] {
  const { blocked, preview, page } = state
  if (blocked !== undefined) {
    const missing = run.steps.slice(0, state.at).some(({ id }) => !run.results.has(id))
    return [
      h(
        'div',
        { class: 'blocked', role: 'status' },
        h('p', {}, blocked),
        missing
          ? h(
              'button',
              { type: 'button', class: 'primary', 'data-focus': 'catch-up', on: { click: () => actions.catchUp() } },
              'Send the steps before',
            )
          : h('button', { type: 'button', class: 'primary', on: { click: () => actions.restart() } }, 'Start again'),
      ),
    ]
  }
  if (step.kind === 'shortcut') {
    return [
      h(
        'ol',
        { class: 'panel shortcut' },
        step.steps.map(({ title }) => h('li', {}, title)),
      ),
    ]
  }
  if (step.kind === 'wait' || preview === undefined) return []
  const userPage =
    page !== undefined &&
    edited === undefined &&
    h(
      'div',
      { class: 'window' },
      h('p', { class: 'bar' }, 'What the user sees'),
      h(
        'div',
        { class: 'paper' },
        h('strong', {}, page.title),
        page.lines.map((line) => h('p', {}, line)),
        h(
          'div',
          { class: 'choices' },
          page.choices.map(({ label, value }, index) =>
            h(
              'button',
              {
                type: 'button',
                class: index === 0 ? 'primary' : '',
                'aria-disabled': state.busy ? 'true' : undefined,
                'data-focus': index === 0 ? 'go' : `choice-${index}`,
                on: { click: () => actions.choose(value) },
              },
              label,
            ),
          ),
        ),
      ),
    )
  const panel = h(
    'section',
    { class: 'panel', 'aria-labelledby': 'request' },
    h(
      'div',
      { class: 'panel-head' },
      h('h3', { id: 'request' }, 'Request'),
      h(
        'div',
        { class: 'tools' },
        edited === undefined &&
          h(
            'button',
            { type: 'button', class: 'quiet', 'data-focus': 'edit', on: { click: () => actions.edit(true) } },
            'Edit',
          ),
        edited === undefined && copyButton('Copy as curl', () => writeCurl(preview.draft)),
      ),
    ),
    edited === undefined ? requestView(preview.draft) : edited.element,
    edited === undefined && preview.jwts.map((jwt) => jwtView(jwt, run.world.now())),
  )
  return [...(userPage ? [userPage] : []), panel]
}

function after(run: Run, result: Result, step: Step, state: State): readonly HTMLElement[] {
  const last = result.exchanges.at(-1)
  if (last === undefined)
    return [h('p', { class: 'verdict good', role: 'status' }, 'The clock of this world has moved on.')]
  const verdict = verdictView(result, step, last)
  return [
    ...(verdict === undefined ? [] : [verdict]),
    ...(result.exchanges.length > 1 ? [exchangesView(result.exchanges)] : []),
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'response' },
      h(
        'div',
        { class: 'panel-head' },
        h('h3', { id: 'response' }, result.exchanges.length > 1 ? 'Last response' : 'Response'),
      ),
      answerView(last.answer),
      state.answerJwts.map((jwt) => jwtView(jwt, run.world.now())),
    ),
    h(
      'section',
      { class: 'panel', 'aria-labelledby': 'request' },
      h(
        'div',
        { class: 'panel-head' },
        h('h3', { id: 'request' }, requestTitle(result)),
        h(
          'div',
          { class: 'tools' },
          copyButton('Copy as curl', () => writeCurl(last.request)),
        ),
      ),
      requestView(last.request),
      state.preview?.jwts.map((jwt) => jwtView(jwt, run.world.now())),
    ),
    serverView(result),
  ]
}

function requestTitle({ edited, exchanges }: Result): string {
  if (edited) return 'Request, as you edited it'
  return exchanges.length > 1 ? 'Last request' : 'Request'
}

/** Back, and the one thing to do next. */
function bar(
  run: Run,
  result: Result | undefined,
  state: State,
  actions: Actions,
  edited: Editor | undefined,
): HTMLElement {
  const { at, busy, blocked, page } = state
  const step = run.steps[at] as Step
  const isLast = at === run.steps.length - 1
  const go = (label: string, act: () => void): HTMLElement =>
    h(
      'button',
      {
        type: 'button',
        class: `primary ${step.attack && result === undefined ? 'danger' : ''}`,
        'aria-disabled': busy ? 'true' : undefined,
        'data-focus': 'go',
        on: { click: act },
      },
      busy ? 'Sending …' : label,
    )
  const main = (): HTMLElement | undefined => {
    if (result !== undefined) {
      return isLast
        ? h('a', { class: 'primary', href: '#/', 'data-focus': 'go' }, 'All flows')
        : go('Next step', () => actions.select(at + 1, 'go'))
    }
    if (edited !== undefined) {
      return go('Send edited', () => {
        const draft = edited.read()
        if (draft !== undefined) actions.send(draft)
      })
    }
    if (blocked !== undefined || page !== undefined) return undefined
    if (step.kind === 'wait') return go(`Let ${step.seconds} seconds pass`, () => actions.send())
    if (step.kind === 'shortcut') return go(`Send ${step.steps.length} requests`, () => actions.send())
    return go(step.attack ? 'Attack' : 'Send', () => actions.send())
  }
  return h(
    'footer',
    { class: 'bar-bottom' },
    edited === undefined ? moves(run, state, actions) : cancel(actions),
    main(),
  )
}

function moves(run: Run, { at }: State, actions: Actions): readonly HTMLElement[] {
  const back = {
    type: 'button',
    class: 'quiet',
    disabled: at === 0,
    'data-focus': 'back',
    on: { click: () => actions.select(at - 1, 'back') },
  }
  const restart = {
    type: 'button',
    class: 'quiet',
    disabled: at === 0 && run.results.size === 0,
    'data-focus': 'restart',
    on: { click: () => actions.restart() },
  }
  return [h('button', back, 'Back'), h('button', restart, 'Start again')]
}

function cancel(actions: Actions): HTMLElement {
  return h('button', { type: 'button', class: 'quiet', on: { click: () => actions.edit(false) } }, 'Cancel')
}

/** The requests of a shortcut, each folded away. */
function exchangesView(exchanges: readonly Exchange[]): HTMLElement {
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': 'exchanges' },
    h('h3', { id: 'exchanges' }, 'All requests'),
    exchanges.map(({ request, answer }) =>
      h(
        'details',
        { class: 'exchange' },
        h(
          'summary',
          {},
          h('code', {}, `${request.method} ${new URL(request.url).pathname}`),
          ` → ${statusText(answer.status)}`,
        ),
        requestView(request),
        answerView(answer),
      ),
    ),
  )
}
