import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../package-folder.ts'
import type { Choices, Database, Framework } from './choices.ts'
import { readme } from './readme.ts'

const templates = join(packageFolder, 'templates')

/** When the provider is made: at the first request, or as the Worker's database wants it; otherwise when the server starts. */
const startFolders: Readonly<Partial<Record<Framework, string>>> = { next: 'request', workers: 'worker' }

/** Where the files of a template are, below `templates`. Later folders add to earlier ones. */
function foldersOf({ framework, database, pages }: Choices): readonly string[] {
  const start = startFolders[framework] ?? 'start'
  // The memory of one isolate is not that of another, so the sessions of the demo pages are in the database.
  const sessions = database === 'd1' && pages === 'yes' ? ['sessions/d1'] : []
  return ['common', start, `framework/${framework}`, `database/${database}`, `pages/${pages}`, ...sessions]
}

/** Makes the files of a new project: their texts by their paths. Each call makes new secrets. */
export function projectFiles(choices: Choices, name: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  let manifest: Manifest = { name }
  for (const folder of foldersOf(choices)) {
    for (const path of filesBelow(join(templates, folder))) {
      const text = readFileSync(join(templates, folder, path), 'utf8')
      if (path === 'package.json') manifest = merged(manifest, JSON.parse(text) as Manifest)
      // npm leaves a .gitignore out of packages.
      else files.set(path === 'gitignore' ? '.gitignore' : path, text)
    }
  }
  files.set('package.json', `${JSON.stringify(manifest, undefined, 2)}\n`)
  files.set('README.md', readme(choices, name))
  files.set(secretsFile(choices.framework), variables(choices))
  return files
}

/** Returns the file that has the secrets of a new project. It is never overwritten: keys are sealed with what is in it. */
export function secretsFile(framework: Framework): string {
  return framework === 'workers' ? '.dev.vars' : '.env'
}

function variables({ framework, database, pages }: Choices): string {
  const url = databaseUrls[database]
  return [
    // wrangler.jsonc has the URL of a Worker.
    ...(framework === 'workers' ? [] : [place, '# BASE_URL=https://id.example.com']),
    '# It seals the signing keys. Keep it, and use another one in production.',
    `OAUTH_SECRET=${randomBytes(48).toString('base64url')}`,
    ...(url === undefined ? [] : [`DATABASE_URL=${url}`]),
    ...(pages === 'yes'
      ? ['# The password of the demo user.', `DEMO_PASSWORD=${randomBytes(12).toString('base64url')}`]
      : []),
    '',
  ].join('\n')
}

const place = '# Where browsers and clients reach the server. Without it: http://localhost, and PORT or 3000.'

const databaseUrls: Readonly<Partial<Record<Database, string>>> = {
  postgres: 'postgres://localhost/oauth',
  mysql: 'mysql://root@localhost/oauth',
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

type Manifest = Readonly<Record<string, unknown>>

/** Joins two manifests; members that are objects in both are joined as well. */
function merged(before: Manifest, after: Manifest): Manifest {
  const made: Record<string, unknown> = { ...before }
  for (const [name, value] of Object.entries(after)) {
    const known = made[name]
    const both = isObject(known) && isObject(value)
    made[name] = both ? Object.fromEntries(Object.entries({ ...known, ...value }).sort()) : value
  }
  return made
}

function isObject(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null
}
