import { baseOf, readAddress, writeAddress } from './address.ts'
import { Blocked } from './flows/flow.ts'
import { jwtsOfAnswer, jwtsOfRequest } from './jwts.ts'
import { draftOf, perform, startRun } from './run.ts'
import type { Actions, State } from './state.ts'
import { statusText } from './view/message.ts'
import { pageView } from './view/page.ts'
import { errorOf } from './world/exchange.ts'
import type { Switches } from './world/switches.ts'

const root = document.getElementById('root') as HTMLElement
const live = document.getElementById('live') as HTMLElement
const state: State = {
  switches: baseOf(undefined),
  at: 0,
  editing: false,
  busy: false,
  said: '',
  optionsOpen: false,
  stepsOpen: false,
  answerJwts: [],
}

/** Grows with each change of the run, so that work for an old one is thrown away. */
let generation = 0

const actions: Actions = {
  select: (index, target) => void show(index, target),
  send: (draft) => void act(() => send(draft)),
  choose: (value) =>
    void act(async () => {
      const step = state.run?.steps[state.at]
      if (step?.kind === 'request') await send(await draftOf(step, value), false)
    }),
  async edit(editing) {
    state.editing = editing
    render()
    if (editing) root.querySelector<HTMLElement>('.editor input')?.focus()
  },
  change: (switches) => void act(() => begin(switches, [], 0)),
  restart: () => void act(() => begin(state.switches, [], 0)),
  catchUp: () =>
    void act(async () => {
      const { run, at } = state
      if (run === undefined) return
      for (const step of run.steps.slice(0, at)) if (!run.results.has(step.id)) await perform(run, step)
      await look(at)
      focus('go')
    }),
  toggleSteps() {
    state.stepsOpen = !state.stepsOpen
    render()
  },
  toggleOptions(open) {
    state.optionsOpen = open
  },
}

/** Does something that takes a moment, and shows what went wrong. */
async function act(work: () => Promise<void>): Promise<void> {
  if (state.busy) return
  state.busy = true
  try {
    await work()
  } catch (error) {
    state.blocked = error instanceof Error ? error.message : String(error)
  } finally {
    state.busy = false
    remember()
    render()
  }
}

/** Makes a new server for the flow, and sends the steps that were sent before. */
async function begin(switches: Switches, sent: readonly number[], at: number): Promise<void> {
  const { flow } = state
  if (flow === undefined) return
  const mine = ++generation
  state.switches = switches
  let run: State['run']
  try {
    run = await startRun(flow, switches)
    delete state.refused
  } catch (error) {
    state.refused = error instanceof Error ? error.message : String(error)
    state.optionsOpen = true
    return
  }
  try {
    for (const index of sent) {
      const step = run.steps[index]
      if (step !== undefined) await perform(run, step)
    }
  } catch (error) {
    // The link is of another version: what it cannot send is left.
    if (!(error instanceof Blocked)) throw error
  }
  if (mine !== generation) return
  state.run = run
  await look(Math.min(at, run.steps.length - 1))
}

async function send(draft?: Parameters<typeof perform>[2], edited = draft !== undefined): Promise<void> {
  const { run, at } = state
  const step = run?.steps[at]
  if (run === undefined || step === undefined) return
  render()
  const result = await perform(run, step, draft)
  if (edited) run.results.set(step.id, { ...result, edited: true })
  const last = result.exchanges.at(-1)
  state.said = last === undefined ? 'Time has passed' : `${statusText(last.answer.status)} ${errorOf(last) ?? ''}`
  await look(at)
}

async function show(index: number, target: string): Promise<void> {
  await act(async () => {
    await look(index)
    const { run, at } = state
    state.said = `Step ${at + 1} of ${run?.steps.length}: ${run?.steps[at]?.title}`
  })
  focus(target)
  const title = root.querySelector('.detail')
  const top = title?.getBoundingClientRect().top ?? 0
  if (top < 0 || top > innerHeight * 0.7) title?.scrollIntoView({ block: 'start' })
}

/** Selects a step and prepares what is shown of it. */
async function look(index: number): Promise<void> {
  const { run } = state
  const step = run?.steps[index]
  if (run === undefined || step === undefined) return
  state.at = index
  state.editing = false
  state.stepsOpen = false
  state.answerJwts = []
  delete state.preview
  delete state.blocked
  delete state.page
  const last = run.results.get(step.id)?.exchanges.at(-1)
  if (last !== undefined) {
    state.preview = { draft: last.request, jwts: await jwtsOfRequest(run.world, last.request) }
    state.answerJwts = await jwtsOfAnswer(run.world, last.answer)
  } else if (step.kind === 'request') {
    try {
      const page = await step.page?.()
      const draft = await draftOf(step)
      state.preview = { draft, jwts: await jwtsOfRequest(run.world, draft) }
      if (page !== undefined) state.page = page
    } catch (error) {
      if (!(error instanceof Blocked)) throw error
      state.blocked = error.message
    }
  }
}

/** Keeps the progress in the address, so that a link or a reload leads back here. */
function remember(): void {
  const { flow, run, switches, at } = state
  if (flow === undefined || run === undefined) return
  const ids = run.steps.map(({ id }) => id)
  const sent = [...run.results.keys()].map((id) => ids.indexOf(id))
  history.replaceState(undefined, '', writeAddress({ flow, switches, sent, at }))
}

function render(): void {
  const focused = document.activeElement?.getAttribute('data-focus')
  const scrolled = root.querySelector('.sequence')?.scrollTop ?? 0
  root.replaceChildren(...pageView(state, actions))
  const list = root.querySelector('.sequence')
  if (list !== null) list.scrollTop = scrolled
  keepInView(list, root.querySelector('[aria-current]'))
  if (focused !== null && focused !== undefined) focus(focused)
  document.title = state.flow === undefined ? 'OAuth playground' : `${state.flow.title} · OAuth playground`
  live.textContent = state.said
}

function keepInView(list: Element | null, row: Element | null): void {
  if (list === null || row === null) return
  const outer = list.getBoundingClientRect()
  const inner = row.getBoundingClientRect()
  if (inner.top < outer.top + 40) list.scrollTop += inner.top - outer.top - 60
  if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom + 20
}

function focus(name: string): void {
  const [first, second] = [name, 'go'].map((one) => root.querySelector<HTMLElement>(`[data-focus="${one}"]`))
  const found = first ?? second
  found?.focus({ preventScroll: true })
}

async function navigate(): Promise<void> {
  const { flow, switches, sent, at } = readAddress(location.hash)
  generation++
  delete state.run
  delete state.refused
  delete state.flow
  state.at = 0
  state.said = ''
  state.busy = false
  state.optionsOpen = false
  state.switches = switches
  if (flow !== undefined) state.flow = flow
  render()
  scrollTo(0, 0)
  if (flow !== undefined) await act(() => begin(switches, sent, at))
}

addEventListener('hashchange', () => {
  void navigate().then(() => root.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
})
void navigate()
