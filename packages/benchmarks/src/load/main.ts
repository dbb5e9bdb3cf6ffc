import type { LoadSettings, Question, Target } from '../protocol.ts'
import { sample } from '../sample.ts'
import { bareJourney } from './bare.ts'
import { travel } from './connection.ts'
import { createGate } from './gate.ts'
import { journeyOf } from './journeys.ts'

/** The load generator. It runs until its parent ends it, pauses when asked to, and tells how many units are done. */
const { load, connections, targets, spins, bare } = JSON.parse(process.argv[2] ?? '') as LoadSettings
const gate = createGate(connections, spins)
let units = 0
let waiting = connections

function fail(error: Error): void {
  process.stderr.write(`${load}: ${error.message}\n`)
  process.exit(1)
}

for (let index = 0; index < connections; index++) {
  let under = false
  const done = () => {
    units++
    if (under) return
    under = true
    // Every connection has its tokens and its grant, and has done one unit.
    if (--waiting === 0) process.send?.({})
  }
  const target = targets[index % targets.length] as Target
  travel(target.port, bare ? bareJourney(load, done) : journeyOf(load, target, done), gate, fail)
}

process.on('message', async ({ type }: Question) => {
  if (type === 'pause') await gate.close()
  process.send?.(sample(units))
  if (type === 'resume') gate.open()
})
process.on('disconnect', () => process.exit())
