import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleForCommandLine, bundleForWorkerd } from './bundle.ts'
import { installPackages } from './install.ts'
import { runWorkerd } from './run-workerd.ts'
import { runtimeCommands } from './runtime-commands.ts'

interface Run {
  readonly title: string
  /** Matches the line that the journey must print: the runtime, and the content of the storage at the end. */
  readonly expected: RegExp
  readonly run: () => Promise<string>
}

const source = dirname(fileURLToPath(import.meta.url))
const root = dirname(source)
const directory = join(root, 'dist')
const modules = join(root, 'node_modules')

installPackages(
  ['core', 'kysely'].map((name) => join(root, '..', name)),
  directory,
  ['jose', 'kysely', 'better-sqlite3'].map((name) => join(modules, name)),
)
const onMemory = await bundleForCommandLine(source, 'on-memory', directory)
const onBetterSqlite3 = await bundleForCommandLine(source, 'on-better-sqlite3', directory)
const onNodeSqlite = await bundleForCommandLine(source, 'on-node-sqlite', directory)
const onBunSqlite = await bundleForCommandLine(source, 'on-bun-sqlite', directory)
const onMlDsa = await bundleForCommandLine(source, 'on-ml-dsa', directory)
const worker = await bundleForWorkerd(source, 'on-workerd', directory)
const objectWorker = await bundleForWorkerd(source, 'on-workerd-object', directory)
const d1Worker = await bundleForWorkerd(source, 'on-workerd-d1', directory)
const workerd = join(modules, 'workerd/bin/workerd')
const commands = runtimeCommands(modules, directory)

const inMemory: readonly Run[] = [
  {
    title: 'the Node of this machine',
    expected: /^ok node \d+\.\S+ with node:crypto, memory with 2 clients and 2 keys$/,
    run: () => commands.node(onMemory),
  },
  {
    title: 'Node 24',
    expected: /^ok node 24\.\S+ with node:crypto, memory with 2 clients and 2 keys$/,
    run: () => commands.node24(onMemory),
  },
  {
    title: 'bun',
    expected: /^ok bun \S+ with node:crypto, memory with 2 clients and 2 keys$/,
    run: () => commands.bun(onMemory),
  },
  {
    title: 'deno, without any permission',
    expected: /^ok deno \S+ with node:crypto, memory with 2 clients and 2 keys$/,
    run: () => commands.deno([], onMemory),
  },
  {
    title: 'workerd without any Node API',
    expected: /^ok workerd with WebCrypto, memory$/,
    run: () => runWorkerd(workerd, worker, []),
  },
  {
    title: 'workerd with nodejs_compat',
    expected: /^ok workerd with node:crypto, memory$/,
    run: () => runWorkerd(workerd, worker, ['nodejs_compat']),
  },
]

/** Runs on SQLite: each runtime with its own new file, and all of them one after the other with the same file. */
const inSqlite: readonly Run[] = ['own', 'shared'].flatMap((kind) => {
  const file = (name: string): string => join(directory, kind === 'own' ? `${name}.db` : 'shared.db')
  const clients = (before: number): string => `with ${kind === 'own' ? 2 : before + 2} clients and 2 keys$`
  return [
    {
      title: `the Node of this machine, better-sqlite3, ${kind} file`,
      expected: new RegExp(String.raw`^ok node \d+\.\S+ with node:crypto, better-sqlite3 ${clients(0)}`),
      run: () => commands.node(onBetterSqlite3, file('node')),
    },
    {
      title: `Node 24, node:sqlite, ${kind} file`,
      expected: new RegExp(String.raw`^ok node 24\.\S+ with node:crypto, node:sqlite ${clients(2)}`),
      run: () => commands.node24(onNodeSqlite, file('node24')),
    },
    {
      title: `bun, bun:sqlite, ${kind} file`,
      expected: new RegExp(String.raw`^ok bun \S+ with node:crypto, bun:sqlite ${clients(4)}`),
      run: () => commands.bun(onBunSqlite, file('bun')),
    },
    {
      title: `deno, node:sqlite, ${kind} file and permission for nothing else`,
      expected: new RegExp(String.raw`^ok deno \S+ with node:crypto, node:sqlite ${clients(6)}`),
      run: () =>
        commands.deno([`--allow-read=${file('deno')}`, `--allow-write=${file('deno')}`], onNodeSqlite, file('deno')),
    },
  ]
})

/** Runs on the databases of Workers. The second run finds what the first one has stored: three clients for each journey. */
const inWorkers: readonly Run[] = [1, 2].flatMap((round) => [
  {
    title: `workerd, a Durable Object, run ${round}`,
    expected: new RegExp(`^ok workerd with node:crypto, a Durable Object with ${3 * round} clients and 2 keys$`),
    run: () => runWorkerd(workerd, objectWorker, [], 'ServerObject'),
  },
  {
    title: `workerd, D1, run ${round}`,
    expected: new RegExp(`^ok workerd with node:crypto, D1 with ${3 * round} clients and 2 keys$`),
    run: () => runWorkerd(workerd, d1Worker, [], 'SimulatedD1'),
  },
])

/** Runs of the storage contract on the SQLite that is built into the runtime. */
const contract: readonly Run[] = [
  {
    title: 'Node 24, node:sqlite, the contract',
    expected: /^ok node 24\.\S+ with node:crypto, node:sqlite, \d{3} cases of the contract$/,
    run: () => commands.node24(onNodeSqlite, 'contract'),
  },
  {
    title: 'bun, bun:sqlite, the contract',
    expected: /^ok bun \S+ with node:crypto, bun:sqlite, \d{3} cases of the contract$/,
    run: () => commands.bun(onBunSqlite, 'contract'),
  },
  {
    title: 'deno, node:sqlite, the contract',
    expected: /^ok deno \S+ with node:crypto, node:sqlite, \d{3} cases of the contract$/,
    run: () => commands.deno([], onNodeSqlite, 'contract'),
  },
]

/** Runs with tokens in ML-DSA. A platform without it must say so when the server starts. */
const noMlDsa = `no ML-DSA: accessTokenSigningAlgorithm ML-DSA-65 is not supported by the Web Crypto API`
const inMlDsa: readonly Run[] = [
  {
    title: 'the Node of this machine, ML-DSA',
    expected: new RegExp(`^ok node (2[0-3].*, ${noMlDsa}|2[4-9].*, ML-DSA-65$)`),
    run: () => commands.node(onMlDsa),
  },
  {
    title: 'Node 24, ML-DSA',
    expected: /^ok node 24\.\S+ with node:crypto, ML-DSA-65$/,
    run: () => commands.node24(onMlDsa),
  },
  {
    title: 'bun, ML-DSA',
    expected: /^ok bun \S+ with node:crypto, ML-DSA-65$/,
    run: () => commands.bun(onMlDsa),
  },
  {
    title: 'deno, ML-DSA',
    expected: /^ok deno \S+ with node:crypto, ML-DSA-65$/,
    run: () => commands.deno([], onMlDsa),
  },
]
const runs = [...inMemory, ...inSqlite, ...inWorkers, ...contract, ...inMlDsa]

let failed = 0
for (const { title, expected, run } of runs) {
  try {
    const answer = await run()
    if (!expected.test(answer)) throw new Error(`it answered ${JSON.stringify(answer)}`)
    process.stdout.write(`${answer}\n`)
  } catch (error) {
    failed++
    process.stdout.write(`FAILED on ${title}: ${error instanceof Error ? error.message : String(error)}\n`)
  }
}
process.stdout.write(`${runs.length - failed} passed, ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1
