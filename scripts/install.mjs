// node scripts/install.mjs <example> …: installs what these examples need to run, and nothing for tests and tools.
//
// Where tests and tools are installed already, they stay, and are brought up to date for these examples.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const examples = process.argv.slice(2)
const pnpm = process.env.npm_execpath
if (pnpm === undefined || examples.length === 0) {
  process.stderr.write('npx -y pnpm@10 start runs this script, with the folders of examples as arguments.\n')
  process.exit(2)
}

/** Whether `pnpm install` has run here. pnpm would remove its dev dependencies if the next installation left them out. */
function hasDevDependencies() {
  const file = join(root, 'node_modules/.modules.yaml')
  return existsSync(file) && /"?devDependencies"?: true/.test(readFileSync(file, 'utf8'))
}

/** Whether the native module of SQLite is there. */
const hasSqlite = () => existsSync(join(root, 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'))

/**
 * SQLite is one large file, so it takes one core, and a third of the time with -O1 that it takes with the -O3 of node-gyp. The
 * requests of the server take the same time with both. Such a binary is not for other projects, so pnpm neither keeps it nor
 * takes one that it has kept.
 */
const quickCompilation = {
  JOBS: 'max',
  CFLAGS: '-O1',
  CXXFLAGS: '-O1',
  npm_config_side_effects_cache: 'false',
}

if (!hasSqlite()) {
  process.stdout.write(
    'Installing what the example needs. better-sqlite3 is compiled if there is no binary for this machine: that takes half a minute.\n',
  )
}
const { status, error } = spawnSync(
  process.execPath,
  [
    pnpm,
    ...(hasDevDependencies() ? [] : ['--prod']),
    ...examples.flatMap((name) => ['--filter', `@oauth/example-${name}...`]),
    'install',
  ],
  { cwd: root, stdio: 'inherit', env: { ...quickCompilation, ...process.env } },
)
if (error !== undefined) process.stderr.write(`${error.message}\n`)
process.exitCode = status ?? 1
