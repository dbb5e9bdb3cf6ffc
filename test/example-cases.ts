import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const tsx = ['--import', 'tsx'] as const
const secret = 'a-secret-of-the-tests-0123456789-abcdef'

export interface ExampleCase {
  readonly name: string
  readonly command: readonly [string, ...string[]]
  /** Returns the environment variables for this port and this SQLite file. */
  readonly env: (port: number, file: string) => Readonly<Record<string, string>>
  /** Whether the example keeps its data in the file. */
  readonly hasFile: boolean
  /** Whether the server closes idle connections at once, as workerd does. A request on such a connection may be lost. */
  readonly closesIdleAtOnce?: true
}

/** The examples that run without a build. Next.js must be built first, so its own folder has its tests. */
export const exampleCases: readonly ExampleCase[] = [
  {
    name: 'server',
    command: [process.execPath, ...tsx, 'src/main.ts'],
    env: (port, file) => ({ PORT: `${port}`, DATABASE_URL: file }),
    hasFile: true,
  },
  {
    name: 'express',
    command: [process.execPath, ...tsx, 'src/main.ts'],
    env: (port, file) => ({ PORT: `${port}`, DATABASE: file, OAUTH_SECRET: secret }),
    hasFile: true,
  },
  {
    name: 'mcp',
    command: [process.execPath, ...tsx, 'src/main.ts'],
    env: (port) => ({ PORT: `${port}`, MCP_PORT: `${port + 1}`, PRINT_PORT: `${port + 2}` }),
    hasFile: false,
  },
  {
    name: 'agent-approval',
    command: [process.execPath, ...tsx, 'src/main.ts'],
    env: (port, file) => ({ PORT: `${port}`, BANK_PORT: `${port + 1}`, DATA: `${file}.agent` }),
    hasFile: false,
  },
  {
    name: 'conformance',
    command: [process.execPath, ...tsx, 'src/main.ts'],
    env: (port, file) => ({ PORT: `${port}`, DATABASE: file, OAUTH_SECRET: secret }),
    hasFile: true,
  },
  {
    name: 'hono-bun',
    command: [join(root, 'examples/hono-bun/node_modules/bun/bin/bun.exe'), 'src/main.ts'],
    env: (port, file) => ({ PORT: `${port}`, DATABASE: file, OAUTH_SECRET: secret }),
    hasFile: true,
  },
  {
    name: 'workers',
    command: [process.execPath, ...tsx, 'src/serve/main.ts'],
    env: (port) => ({ PORT: `${port}` }),
    hasFile: false,
    closesIdleAtOnce: true,
  },
]
