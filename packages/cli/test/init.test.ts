import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '@oauth/cli'
import { expect, onTestFinished, test } from 'vitest'
import { choiceProblem, databases, frameworks, pageChoices } from '../src/init/choices.ts'
import { folderWith } from './support/run-cli.ts'

const root = join(import.meta.dirname, '..')

/** Runs `init` with answers of a person at the terminal, or with nobody there. */
async function init(directory: string, args: readonly string[], answers?: readonly string[]) {
  let output = ''
  let errors = ''
  const questions: string[] = []
  const code = await runCommand(['init', ...args], {
    directory,
    outputIsTerminal: false,
    write: (text) => {
      output += text
    },
    writeError: (text) => {
      errors += text
    },
    ...(answers !== undefined && {
      ask: async (question: string) => {
        questions.push(question)
        return answers[questions.length - 1] ?? ''
      },
    }),
  })
  return { code, output, errors, questions }
}

const files = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()

const combinations = frameworks.flatMap((framework) =>
  databases
    .filter((database) => choiceProblem({ framework, database }) === undefined)
    .flatMap((database) => pageChoices.map((pages) => ({ framework, database, pages }))),
)

test('every combination that init offers type-checks against the packages', { timeout: 120_000 }, async () => {
  // Below this package, so that its modules are found.
  const folder = mkdtempSync(join(root, 'node_modules/.init-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const { framework, database, pages } of combinations) {
    const args = [
      `${framework}-${database}-${pages}`,
      '--framework',
      framework,
      '--database',
      database,
      '--pages',
      pages,
    ]
    expect(await init(folder, args)).toMatchObject({ code: 0, errors: '' })
  }
  expect(combinations.length).toBe(28)
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'hono-sqlite-yes/tsconfig.json'), 'utf8'))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, include: ['**/*.ts', '**/.well-known/**/*.ts'] }),
  )
  const tsc = join(root, '../../node_modules/.bin/tsc')
  const said = await new Promise((resolve) =>
    execFile(tsc, ['-p', folder, '--pretty', 'false'], { cwd: folder }, (_error, stdout) => resolve(stdout)),
  )
  expect(said).toBe('')
})

test('the templates ask for the versions that the tests use', () => {
  const manifest = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'))
  const { version, devDependencies } = manifest('package.json')
  const workspace = manifest('../../package.json').devDependencies
  const manifests = files(join(root, 'templates')).filter((path) => path.endsWith('package.json'))
  expect(manifests.length).toBe(11)
  for (const path of manifests) {
    const { dependencies = {}, devDependencies: own = {} } = manifest(join('templates', path))
    for (const [name, range] of Object.entries({ ...dependencies, ...own })) {
      const expected = name.startsWith('@oauth/') ? `^${version}` : (devDependencies[name] ?? workspace[name])
      // The workspace runs Workers without wrangler.
      if (name !== 'wrangler') expect(range, `${path}: ${name}`).toBe(expected)
    }
  }
})

test.each(['durable-object', 'd1'])(
  'the Workers template with %s asks for a date that the wrangler of every supported Node knows',
  async (database) => {
    const folder = folderWith()
    await init(folder, ['--framework', 'workers', '--database', database, '--yes'])
    const settings = readFileSync(join(folder, 'wrangler.jsonc'), 'utf8')
    // npm installs wrangler 4.86 with Node 20: later ones need Node 22. Its workerd refuses any later date.
    expect((/"compatibility_date": "(.+)"/.exec(settings)?.[1] ?? '9') <= '2026-05-03').toBe(true)
    // Before August 2026, only this flag puts OAUTH_SECRET into process.env.
    expect(settings).toContain('"nodejs_compat"')
  },
)

test('init asks for what is not given, asks again after a wrong answer, and Enter takes the default', async () => {
  const folder = folderWith()
  const { code, output, questions } = await init(folder, ['server'], ['koa', 'express', '', 'no'])
  expect(code).toBe(0)
  expect(questions.map((one) => one.split(' ')[0])).toEqual(['framework', 'framework', 'database', 'pages'])
  expect(output).toMatch(/\nNext:\n\n {2}cd server\n {2}npm install\n {2}npm start\n/)
  const { name, dependencies } = JSON.parse(readFileSync(join(folder, 'server/package.json'), 'utf8'))
  expect([name, Object.keys(dependencies)]).toEqual(['server', expect.arrayContaining(['express', 'better-sqlite3'])])
  expect(readFileSync(join(folder, 'server/.env'), 'utf8')).not.toContain('DEMO_PASSWORD')
})

test('each project gets secrets of its own, in a file that only its owner may read and git ignores', async () => {
  const folder = folderWith()
  await init(folder, ['a', '--yes'])
  await init(folder, ['b', '--yes'])
  const secrets = ['a', 'b'].map((name) => readFileSync(join(folder, name, '.env'), 'utf8'))
  expect(secrets[0]).toMatch(/^OAUTH_SECRET=[\w-]{64}$/m)
  expect(secrets[0]).toMatch(/^DEMO_PASSWORD=[\w-]{16}$/m)
  expect(secrets[0]).not.toBe(secrets[1])
  expect(statSync(join(folder, 'a/.env')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'a/.gitignore'), 'utf8')).toMatch(/^\.env$/m)
})

test('a file that exists is never overwritten without --force, and then nothing at all is written', async () => {
  const folder = folderWith({ 'tsconfig.json': '{}', 'mine.txt': 'mine' })
  const { code, errors } = await init(folder, ['--yes'])
  expect([code, errors]).toEqual([2, expect.stringContaining('already has tsconfig.json. Nothing was written')])
  expect(files(folder)).toEqual(['mine.txt', 'tsconfig.json'])
  expect((await init(folder, ['--yes', '--force'])).code).toBe(0)
  expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine')
  expect(readFileSync(join(folder, 'tsconfig.json'), 'utf8')).toContain('compilerOptions')
})

test('a README that exists stays and is no error, and --force overwrites it', async () => {
  const folder = folderWith({ 'README.md': 'mine' })
  const { code, output } = await init(folder, ['--yes'])
  expect([code, output]).toEqual([0, expect.stringContaining('\nREADME.md stayed as it was.\n')])
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe('mine')
  const forced = await init(folder, ['--yes', '--force', '--json'])
  expect(JSON.parse(forced.output)).toMatchObject({ kept: ['.env'] })
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('npm start')
})

test.each(combinations)(
  'the README of $framework on $database with the pages $pages is short, and what it names is there',
  async ({ framework, database, pages }) => {
    const folder = folderWith()
    const args = ['my-server', '--framework', framework, '--database', database, '--pages', pages]
    const { output } = await init(folder, args)
    const project = join(folder, 'my-server')
    const text = readFileSync(join(project, 'README.md'), 'utf8')
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(25)
    expect(text).toMatch(/^# my-server\n/)

    // What to type, in the order in which `init` itself says it.
    const typed =
      /```sh\n(.*?)```/s
        .exec(text)?.[1]
        ?.split('\n')
        .map((line) => line.replace(/ +#.*/, '')) ?? []
    const said = output
      .slice(output.indexOf('Next:'))
      .split('\n')
      .map((line) => line.trim().replace(/ +#.*/, ''))
    expect(said.filter((line) => /^np[mx] /.test(line))).toEqual(typed.filter((line) => line !== ''))
    const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
    for (const [, script = ''] of text.matchAll(/npm (?:run )?(start|dev|build|deploy)\b/g)) {
      expect(Object.keys(scripts)).toContain(script)
    }
    for (const [, command = ''] of text.matchAll(/npx oauth ([a-z]+(?: create)?)/g)) {
      let help = ''
      const write = (more: string) => {
        help += more
      }
      const found = await runCommand([...command.split(' '), '--help'], {
        ...{ directory: folder, outputIsTerminal: false, write, writeError: write },
      })
      expect([command, found, help]).toEqual([command, 0, expect.stringContaining(`oauth ${command}`)])
    }
    const all = files(project)
    for (const [, path = ''] of text.matchAll(/`(src\/[\w.-]+|\.env|\.dev\.vars|wrangler\.jsonc)`/g)) {
      expect(all).toContain(path)
    }
    const sources = all.filter((path) => path.endsWith('.ts')).map((path) => readFileSync(join(project, path), 'utf8'))
    for (const [, name = ''] of text.matchAll(/`([A-Z_]{6,})`/g)) {
      expect(sources.some((source) => source.includes(name))).toBe(true)
    }
  },
)

test('--force never overwrites the secrets, because the keys are sealed with them', async () => {
  const folder = folderWith()
  await init(folder, ['--yes'])
  const before = readFileSync(join(folder, '.env'), 'utf8')
  const { output } = await init(folder, ['--yes', '--force', '--json'])
  expect(JSON.parse(output)).toMatchObject({ kept: ['.env'] })
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before)
})

test('without an answer, or for Workers with a database that they cannot reach, the exit code is 2', async () => {
  const folder = folderWith()
  const unasked = await init(folder, ['--framework', 'hono'])
  expect([unasked.code, unasked.errors]).toEqual([2, expect.stringContaining('--database is missing')])
  const workers = await init(folder, ['--framework', 'workers', '--database', 'sqlite', '--yes'])
  expect([workers.code, workers.errors]).toEqual([2, expect.stringContaining('choose --database durable-object')])
  const elsewhere = await init(folder, ['--framework', 'hono', '--database', 'durable-object', '--yes'])
  expect([elsewhere.code, elsewhere.errors]).toEqual([
    2,
    expect.stringContaining('Only Workers have Durable Objects and D1'),
  ])
  expect(files(folder)).toEqual([])
  mkdirSync(join(folder, 'w'))
  expect((await init(folder, ['w', '--framework', 'workers', '--yes'])).code).toBe(0)
  expect(files(join(folder, 'w'))).toContain('.dev.vars')
})
