import type { Choices, Database, Framework } from './choices.ts'

/** What a project says of its framework. */
interface FrameworkFacts {
  readonly title: string
  readonly start: string
  readonly origin: string
  /** How to serve it on another port. */
  readonly port: string
}

const facts: Readonly<Record<Framework, FrameworkFacts>> = {
  hono: { title: 'Hono', start: 'npm start', origin: 'http://localhost:3000', port: '`PORT=3001 npm start`' },
  express: { title: 'Express', start: 'npm start', origin: 'http://localhost:3000', port: '`PORT=3001 npm start`' },
  next: { title: 'Next.js', start: 'npm run dev', origin: 'http://localhost:3000', port: '`PORT=3001 npm run dev`' },
  workers: {
    title: 'Cloudflare Workers',
    start: 'npm run dev',
    origin: 'http://localhost:8787',
    port: '`npm run dev -- --port 8788`, and `BASE_URL` in `wrangler.jsonc`',
  },
}

const databases: Readonly<Record<Database, string>> = {
  sqlite: 'the SQLite file `oauth.db`',
  postgres: 'PostgreSQL',
  mysql: 'MySQL or MariaDB',
  memory: 'the memory of the process, which forgets it',
  'durable-object': 'the SQLite database of a Durable Object',
  d1: 'D1',
}

/** Writes the README of a new project: how to start it, where its pages are, and what to change before production. */
export function readme(choices: Choices, name: string): string {
  const { framework, database } = choices
  const { title, start, origin, port } = facts[framework]
  const commands = ['npm install', ...(isOnServer(database) ? [migrate] : []), start]
  return [
    `# ${name}`,
    '',
    `An OAuth 2.1 and OpenID Connect server on ${title}, written by \`oauth init\`. It keeps its data in ${databases[database]}.`,
    '',
    ...['```sh', ...commands, '```'],
    '',
    `- Clients find it at ${origin}/auth/.well-known/openid-configuration. Another port: ${port}.`,
    ...pagesOf(choices).map((line) => `- ${line}`),
    `- ${clientsOf(choices)}`,
    '',
    '## Before production',
    '',
    ...changesOf(choices).map((line) => `- ${line}`),
    '',
  ].join('\n')
}

const migrate = 'npx oauth migrate   # creates the tables, once DATABASE_URL in .env is right'

function isOnServer(database: Database): boolean {
  return database === 'postgres' || database === 'mysql'
}

function pagesOf({ framework, pages }: Choices): readonly string[] {
  if (pages === 'no')
    return ['Write the pages `/login` and `/consent` in `src/pages.ts`, and who is signed in in `src/sessions.ts`.']
  const secrets = framework === 'workers' ? '.dev.vars' : '.env'
  return [
    'Pages: `/login`, `/consent`, `/connected-apps` and `/logout`, made in `src/pages.ts` with `@oauth/pages`.',
    `Sign in at \`/login\` as ada@example.com. The password is \`DEMO_PASSWORD\` in \`${secrets}\`.`,
  ]
}

function clientsOf({ framework, database }: Choices): string {
  if (framework === 'workers') return 'Register your applications in `registerClients` of `src/oauth.ts`.'
  // The command line is another process.
  if (database === 'memory') return 'Register your applications at each start: call `registerClient` of the provider.'
  return 'Register an application: `npx oauth client create --name Notes --redirect-uri https://notes.example.com/callback`'
}

function changesOf({ framework, database, pages }: Choices): readonly string[] {
  const isWorker = framework === 'workers'
  return [
    isWorker
      ? 'Set `BASE_URL` in `wrangler.jsonc` to the https URL of the Worker.'
      : 'Set `BASE_URL` to the https URL at which browsers reach the server.',
    isWorker
      ? 'Set another `OAUTH_SECRET`: `npx oauth secret` makes one, and `npx wrangler secret put OAUTH_SECRET` stores it.'
      : 'Set another `OAUTH_SECRET`: `npx oauth secret` makes one. It seals the signing keys, so keep it for good.',
    ...(pages === 'yes'
      ? [
          `Replace the demo user of \`src/sessions.ts\` by your users${database === 'd1' ? '' : ', and its sessions, which are in memory'}.`,
        ]
      : []),
    ...(database === 'memory' ? ['Choose a database: `src/storage.ts` opens the storage.'] : []),
    ...(database === 'd1'
      ? ['Make the database: `npx wrangler d1 create oauth` prints the id for `wrangler.jsonc`.']
      : []),
    ...(framework === 'next'
      ? ['Run `npm run build`, then `npm start`. Run `npx oauth purge` once an hour: it deletes what has expired.']
      : []),
    ...(isWorker ? ['Run `npm run deploy`.'] : []),
    'Look at it from outside: `npx oauth doctor https://id.example.com/auth` says what is wrong, and what to change.',
  ]
}
