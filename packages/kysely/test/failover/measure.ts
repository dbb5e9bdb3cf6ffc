// biome-ignore-all lint/suspicious/noConsole: a command that prints figures
import { createFleet } from '../processes/fleet.ts'
import { failOver, openScene } from './round.ts'

// Prints how long a failover takes, and how much of that is ours:
// POSTGRES_BIN=/usr/lib/postgresql/15/bin npx tsx packages/kysely/test/failover/measure.ts 5 kill

const programs = process.env.POSTGRES_BIN
if (!programs) throw new Error('POSTGRES_BIN must be the folder with the programs of PostgreSQL')
const rounds = Number(process.argv[2] ?? 5)
const loss = process.argv[3] === 'freeze' ? 'freeze' : 'kill'
const fleet = await createFleet()
try {
  for (let round = 0; round < rounds; round++) {
    const scene = await openScene(fleet, { programs, processes: 3, durable: true })
    try {
      const { times, audit } = await failOver(scene, {
        ...{ users: 24, before: 3000, after: 3000, notice: 1000, loss },
      })
      const answered = scene.journal.samples.filter(({ isAnswered }) => isAnswered).length
      const longest = (number: number) =>
        Math.max(...scene.journal.samples.filter((one) => one.process === number).map((one) => one.ended - one.began))
      console.log(
        JSON.stringify({
          ...{ round, loss, told: Math.round(times.told), promoted: Math.round(times.promoted) },
          firstAnswers: times.processes.map(({ answered: at }) => Math.round(at)),
          longestRequest: times.processes.map((_, number) => Math.round(longest(number))),
          ...{ answered, unanswered: scene.journal.samples.length - answered },
          ...audit.counts,
          problems: [...audit.problems, ...scene.journal.faults].slice(0, 10),
        }),
      )
    } finally {
      await scene.close()
    }
  }
} finally {
  await fleet.close()
}
