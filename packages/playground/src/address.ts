import type { Flow } from './flows/flow.ts'
import { flows } from './flows/flows.ts'
import { defaults, readSwitches, type Switches, writeSwitches } from './world/switches.ts'

/** What the address of the page says, behind `#`. */
export interface Address {
  readonly flow?: Flow
  readonly switches: Switches
  /** The indexes of the steps that were sent, in their order. */
  readonly sent: readonly number[]
  readonly at: number
}

export const baseOf = (flow: Flow | undefined): Switches => ({ ...defaults, ...flow?.fixed })

/** Reads an address. What does not belong there is ignored: anybody can make a link. */
export function readAddress(hash: string): Address {
  const [, id = '', query = ''] = /^#\/?([\w-]*)(?:\?(.*))?$/.exec(hash) ?? []
  const flow = flows.find((one) => one.id === id)
  const parameters = new URLSearchParams(query)
  const base = baseOf(flow)
  const switches = flow === undefined ? base : { ...readSwitches(parameters, base), ...flow.fixed }
  const numbers = (name: string): number[] => (parameters.get(name)?.match(/\d{1,3}/g) ?? []).map(Number)
  const sent = [...new Set(numbers('sent'))]
  return { ...(flow !== undefined && { flow }), switches, sent, at: numbers('at')[0] ?? 0 }
}

/** Writes an address. */
export function writeAddress({ flow, switches, sent, at }: Address): string {
  if (flow === undefined) return '#/'
  const parameters = writeSwitches(switches, baseOf(flow))
  if (sent.length > 0) parameters.set('sent', sent.join('.'))
  if (at > 0) parameters.set('at', String(at))
  const query = parameters.toString()
  return query === '' ? `#/${flow.id}` : `#/${flow.id}?${query}`
}
