import type { LoadSettings, Question } from '../protocol.ts'
import { sample } from '../sample.ts'
import { travel } from './connection.ts'
import { journeyOf } from './journeys.ts'

/** The load generator. It runs until its parent ends it, and tells on request how many units are done. */
const { load, connections, target } = JSON.parse(process.argv[2] ?? '') as LoadSettings
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
  travel(target.port, journeyOf(load, target, done), fail)
}
process.on('message', (question: Question) => {
  if (question.type === 'sample') process.send?.(sample(units))
})
process.on('disconnect', () => process.exit())
