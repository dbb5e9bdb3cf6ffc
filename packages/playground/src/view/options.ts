import type { Actions, State } from '../state.ts'
import { writeProgram } from '../world/code.ts'
import { describeServer } from '../world/description.ts'
import { defaults, type Switches, type SwitchName, switchFacts } from '../world/switches.ts'
import { copyButton, h } from './h.ts'

/** The switches of the server, and the program that makes it. */
export function optionsView(state: State, actions: Actions): HTMLElement | undefined {
  const { flow, switches, refused, optionsOpen } = state
  if (flow === undefined) return undefined
  const fixed = Object.keys(flow.fixed ?? {}) as SwitchName[]
  const shown = [...flow.switches.filter((name) => !fixed.includes(name)), ...fixed]
  const base = { ...defaults, ...flow.fixed }
  const changed = shown.filter((name) => switches[name] !== base[name]).length
  const program = writeProgram(describeServer(switches, flow.needs ?? []))
  const element = h(
    'details',
    { class: 'options', open: optionsOpen },
    h(
      'summary',
      { 'data-focus': 'options' },
      h('b', {}, 'Server options'),
      h('span', { class: 'muted' }, changed === 0 ? 'as they are by default' : `${changed} changed`),
      refused !== undefined && h('span', { class: 'tag' }, 'refused'),
    ),
    h(
      'div',
      { class: 'options-body' },
      h(
        'form',
        { class: 'switches', 'aria-label': 'Server options', on: { submit: (event) => event.preventDefault() } },
        shown.map((name) => switchView(name, fixed.includes(name), switches, actions)),
        refused !== undefined &&
          h(
            'p',
            { class: 'refused', role: 'alert' },
            h('b', {}, 'createProvider refuses this: '),
            refused,
            state.run !== undefined && h('span', { class: 'muted' }, ' The server before it still runs.'),
          ),
        h('p', { class: 'muted' }, 'Each change makes a new server and begins this flow again.'),
      ),
      h(
        'figure',
        { class: 'program' },
        h(
          'figcaption',
          {},
          'The same server in your code',
          copyButton('Copy as TypeScript', () => program),
        ),
        h('pre', { class: 'code', tabindex: '0', 'aria-label': 'The server as TypeScript' }, h('code', {}, program)),
      ),
    ),
  )
  element.addEventListener('toggle', () => actions.toggleOptions(element.open))
  return element
}

function switchView(name: SwitchName, fixed: boolean, switches: Switches, actions: Actions): HTMLElement {
  const { label, hint, choices, unit } = switchFacts[name]
  const value = switches[name]
  const common = { id: `switch-${name}`, 'data-focus': `switch-${name}`, disabled: fixed }
  const set = (next: string | number | boolean): void => actions.change({ ...switches, [name]: next })
  const text = h('span', {}, h('b', {}, label), h('small', {}, fixed ? 'this flow needs it' : hint))
  if (choices !== undefined) {
    const select = h(
      'select',
      common,
      choices.map((choice) => h('option', { value: choice, selected: choice === value }, choice)),
    )
    select.addEventListener('change', () => set(select.value))
    return h('label', { class: 'switch' }, text, select)
  }
  if (unit !== undefined) {
    const input = h('input', { ...common, type: 'number', value: String(value), inputmode: 'numeric' })
    input.addEventListener('change', () => set(Number(input.value)))
    return h('label', { class: 'switch' }, text, h('span', { class: 'unit' }, input, unit))
  }
  const input = h('input', { ...common, type: 'checkbox', checked: value === true, role: 'switch' })
  input.addEventListener('change', () => set(input.checked))
  return h('label', { class: 'switch' }, text, input)
}
