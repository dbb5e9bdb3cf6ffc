import { realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleForCommandLine, bundleForWorkerd } from './bundle.ts'
import { installCore } from './install.ts'
import { machineNode } from './node-binaries.ts'
import { runCommand } from './run-command.ts'
import { runWorkerd } from './run-workerd.ts'

interface Run {
  readonly title: string
  /** What the journey must say of the runtime that it found itself on. */
  readonly expected: RegExp
  readonly run: () => Promise<string>
}

const source = dirname(fileURLToPath(import.meta.url))
const root = dirname(source)
const directory = join(root, 'dist')
const modules = join(root, 'node_modules')

installCore(join(root, '../core'), directory)
const program = await bundleForCommandLine(source, directory)
const worker = await bundleForWorkerd(source, directory)
const workerd = join(modules, 'workerd/bin/workerd')

const runs: readonly Run[] = [
  {
    title: 'the Node of this machine',
    expected: /^ok node \d+\.\S+ with node:crypto$/,
    run: () => runCommand(machineNode(), [program], directory),
  },
  {
    title: 'Node 24',
    expected: /^ok node 24\.\S+ with node:crypto$/,
    run: () => runCommand(join(modules, 'node/bin/node'), [program], directory),
  },
  {
    title: 'bun',
    expected: /^ok bun \S+ with node:crypto$/,
    // Its own `node_modules/.bin` entry is a shell script around this file.
    run: () => runCommand(join(modules, 'bun/bin/bun.exe'), [program], directory),
  },
  {
    title: 'deno',
    expected: /^ok deno \S+ with node:crypto$/,
    // Without any permission: the journey needs neither files nor network. Its own starter is a script for Node.
    run: () =>
      runCommand(
        process.execPath,
        [realpathSync(join(modules, 'deno/bin.cjs')), 'run', '--no-prompt', program],
        directory,
      ),
  },
  {
    title: 'workerd without any Node API',
    expected: /^ok workerd with WebCrypto$/,
    run: () => runWorkerd(workerd, worker, []),
  },
  {
    title: 'workerd with nodejs_compat',
    expected: /^ok workerd with node:crypto$/,
    run: () => runWorkerd(workerd, worker, ['nodejs_compat']),
  },
]

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
