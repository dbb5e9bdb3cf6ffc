import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { resource, startHost } from './host.ts'
import { type Language, languages } from './languages.ts'
import { folder, readResults, writeResults } from './results.ts'
import { type Row, rowsIn, table } from './rows.ts'

// `pnpm interop [name …] [--write]`: runs the programs of these languages, or of all for which the machine has the tools,
// and prints what they did. `results.json` of each folder has what is expected, and `docs/clients.md` shows it; `--write`
// renews both.

const docsFile = join(folder, '../../docs/clients.md')
/** How long one script may take, in seconds. The first build of oauth2-proxy takes minutes of processor time. */
const limit = 900

const running = new Set<ChildProcess>()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
process.on('exit', () => {
  for (const child of running) kill(child)
})

/** Programs start programs of their own, so the whole group ends. */
function kill({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It had ended.
  }
}

interface Ran {
  readonly output: string
  readonly failed: boolean
}

function run(language: Language, script: 'setup' | 'check', env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn('bash', [`./${script}`], {
      cwd: join(folder, language.name),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    running.add(child)
    const timer = setTimeout(() => kill(child), limit * 1000)
    let output = ''
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (output += data))
    child.on('close', (code) => {
      clearTimeout(timer)
      kill(child)
      running.delete(child)
      resolve({ output, failed: code !== 0 })
    })
  })
}

const has = (need: string): boolean =>
  need.startsWith('/') ? existsSync(need) : spawnSync('bash', ['-c', `command -v ${need}`]).status === 0

/** Returns what is wrong with what a language did; empty when all is as expected. */
function judge(language: Language, rows: readonly Row[], expected: readonly Row[], ran: Ran): readonly string[] {
  const key = ({ library, flow }: Row) => `${library}: ${flow}`
  const done = new Set(rows.map(key))
  return [
    ...(ran.failed ? [`${language.title} ended with an error`] : []),
    ...rows.filter(({ result }) => result === 'fails').map((row) => `${key(row)} fails: ${row.detail ?? 'no detail'}`),
    ...expected.filter((row) => !done.has(key(row))).map((row) => `${key(row)} was not run`),
    ...rows
      .filter(({ result }) => result !== 'fails')
      .filter((row) => {
        const same = expected.find((other) => key(other) === key(row))
        return same?.result !== row.result || same.setting !== row.setting || same.version !== row.version
      })
      .map(
        (row) =>
          `${key(row)} is not what ${language.name}/results.json says (run \`pnpm interop --write\` when it is right)`,
      ),
  ]
}

/** Prints one line. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const write = process.argv.includes('--write')
const names = process.argv.slice(2).filter((name) => !name.startsWith('--'))
const unknown = names.filter((name) => !languages.some((language) => language.name === name))
if (unknown.length > 0) {
  say(`Unknown: ${unknown.join(', ')}. There are: ${languages.map(({ name }) => name).join(', ')}.`)
  process.exit(2)
}

const faults: string[] = []
const host = await startHost()
const env = {
  OAUTH_ISSUER: host.issuer,
  OAUTH_RESOURCE: resource,
  INTEROP_REGISTER: host.registerUrl,
  INTEROP_HOSTS: host.hostsUrl,
}

async function check(language: Language): Promise<void> {
  const missing = language.needs.filter((command) => !has(command))
  if (missing.length > 0) {
    say(`${language.title}: left out, for this machine has no ${missing.join(', ')}`)
    if (names.includes(language.name)) faults.push(`${language.title}: install ${missing.join(', ')}`)
    return
  }
  const begun = Date.now()
  const setup = await run(language, 'setup', env)
  const installed = Date.now()
  const ran = setup.failed ? setup : await run(language, 'check', env)
  const rows = rowsIn(ran.output)
  const seconds = (from: number, to: number) => Math.round((to - from) / 1000)
  say(`\n${language.title} (set up in ${seconds(begun, installed)} s, ran ${seconds(installed, Date.now())} s)\n`)
  say(table(rows))
  if (write) writeResults(language, rows)
  const wrong = judge(language, rows, readResults(language), ran)
  faults.push(...wrong)
  if (wrong.length > 0) say(`\n${ran.output.split('\n').slice(-60).join('\n')}`)
}

// Two at a time: most of their time is downloads and compilers.
const chosen = languages.filter(({ name }) => names.length === 0 || names.includes(name))
const queue = [...chosen.filter(({ compiles }) => compiles), ...chosen.filter(({ compiles }) => !compiles)]
const next = async (): Promise<void> => {
  for (let language = queue.shift(); language !== undefined; language = queue.shift()) await check(language)
}
await Promise.all([next(), next()])
await host.stop()

if (write) {
  const docs = readFileSync(docsFile, 'utf8')
  writeFileSync(
    docsFile,
    docs.replace(
      /(<!-- interop -->\n)[\s\S]*?(<!-- \/interop -->)/,
      `$1\n${table(languages.flatMap(readResults))}\n\n$2`,
    ),
  )
}
for (const fault of faults) say(`FAILED ${fault}`)
process.exit(faults.length > 0 ? 1 : 0)
