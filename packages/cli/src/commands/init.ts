import { basename, resolve } from 'node:path'
import { type Command, defineCommand } from '../command.ts'
import type { CommandIo } from '../command-io.ts'
import { UsageError } from '../errors.ts'
import { type Choices, choiceProblem, databases, databasesOf, frameworks, pageChoices } from '../init/choices.ts'
import { projectFiles, secretsFile } from '../init/project-files.ts'
import { writeProject } from '../init/write-project.ts'
import { json } from '../output.ts'

/** Writes a new server into a folder. */
export const init: Command = defineCommand({
  name: 'init',
  summary: 'Write a new server into a folder',
  details: 'It asks for what is not given, and writes nothing over a file that exists.',
  arguments: [{ name: 'folder', optional: true, summary: 'where to write; default: this folder' }],
  options: {
    framework: { kind: 'text', value: '<name>', choices: frameworks, summary: 'what serves it' },
    database: { kind: 'text', value: '<name>', choices: databases, summary: 'where it keeps its data' },
    pages: {
      kind: 'text',
      value: '<yes|no>',
      choices: pageChoices,
      summary: 'a login and a consent page with one demo user',
    },
    yes: { kind: 'flag', summary: 'ask nothing: hono, sqlite (for Workers: durable-object) and pages, unless given' },
    force: { kind: 'flag', summary: 'overwrite files that exist, but never the secrets' },
    json: { kind: 'flag', summary: 'one JSON document: directory, written, kept' },
  },
  async run(io, values, [folder = '.']) {
    const { yes } = values
    const framework = await choose(io, { name: 'framework', given: values.framework, choices: frameworks, yes })
    const fitting = databasesOf(framework)
    const database = await choose(io, { name: 'database', given: values.database, choices: databases, yes, fitting })
    const problem = choiceProblem({ framework, database })
    if (problem !== undefined) throw new UsageError(problem)
    const pages = await choose(io, { name: 'pages', given: values.pages, choices: pageChoices, yes })
    const directory = resolve(io.directory, folder)
    const choices: Choices = { framework, database, pages }
    const precious = secretsFile(framework)
    const done = writeProject(directory, projectFiles(choices, packageName(directory)), {
      force: values.force,
      precious,
    })
    await io.write(values.json ? json({ directory, ...done }) : told(folder, choices, done.written, done.kept))
    return 0
  },
})

interface Question<Choice extends string> {
  readonly name: string
  readonly given: string | undefined
  readonly choices: readonly [Choice, ...Choice[]]
  readonly yes: boolean
  /** The choices that fit the answers before. The first one is the default. Default: all choices. */
  readonly fitting?: readonly [Choice, ...Choice[]]
}

/** Returns what was given as an option, or else what the person at the terminal answers. */
async function choose<Choice extends string>(io: CommandIo, question: Question<Choice>): Promise<Choice> {
  const { name, given, choices, yes, fitting = choices } = question
  const option = choices.find((one) => one === given)
  if (option !== undefined) return option
  if (yes || fitting.length === 1) return fitting[0]
  if (io.ask === undefined)
    throw new UsageError(`--${name} is missing, and nobody is there to answer: add it, or --yes.`)
  for (;;) {
    const answer = (await io.ask(`${name} (${fitting.join(', ')}) [${fitting[0]}] `)).trim().toLowerCase()
    const chosen = answer === '' ? fitting[0] : fitting.find((one) => one === answer)
    if (chosen !== undefined) return chosen
  }
}

/** Makes a name that npm accepts. */
function packageName(directory: string): string {
  const name = basename(directory)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
  return name === '' ? 'oauth-server' : name
}

function told(
  folder: string,
  { framework, database, pages }: Choices,
  written: readonly string[],
  kept: readonly string[],
): string {
  const start = { hono: 'npm start', express: 'npm start', next: 'npm run dev', workers: 'npm run dev' }[framework]
  const steps = [
    ...(folder === '.' ? [] : [`cd ${folder}`]),
    'npm install',
    ...(database === 'postgres' || database === 'mysql'
      ? ['npx oauth migrate   # after DATABASE_URL in .env is right']
      : []),
    start,
  ]
  const secrets = secretsFile(framework)
  const stayed = kept
    .map((path) => `${path} stayed as it was${path === secrets ? ': it has the secrets' : ''}.\n`)
    .join('')
  const demo = pages === 'yes' ? `The password of the demo user is in ${secrets}.\n` : ''
  return `${written.map((path) => `  ${path}\n`).join('')}${stayed}\nNext:\n\n${steps.map((step) => `  ${step}\n`).join('')}\n${demo}`
}
