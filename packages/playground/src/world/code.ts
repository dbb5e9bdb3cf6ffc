import type { ServerDescription } from './description.ts'
import { literal } from './description.ts'
import { places } from './places.ts'

/** Writes a server as a TypeScript program. The parts of your application are declared and not written. */
export function writeProgram({ options, features, preset }: ServerDescription): string {
  const imports = [
    "import { type Authentication, createProvider } from '@oauth/core'",
    ...features.map(({ name, from }) => `import { ${name} } from '${from}'`),
    ...(preset ? ["import { mcp } from '@oauth/core/mcp'"] : []),
    "import { memoryStorage } from '@oauth/core/memory'",
  ]
  const calls = features.map(({ call }) => `    ${call},`)
  const lists = [...(preset ? ['    ...preset.features,'] : []), ...calls]
  return [
    ...imports,
    '',
    '// Your users and sessions.',
    'declare const authentication: Authentication<{ id: string; name: string }>',
    '',
    ...(preset
      ? [`const preset = mcp({ resources: { ${literal(places.mcp)}: { scopes: ['notes:read'] } } })`, '']
      : []),
    'export const provider = createProvider({',
    ...(preset ? ['  ...preset,'] : []),
    `  baseUrl: ${literal(places.host)},`,
    "  secret: process.env.OAUTH_SECRET ?? '', // openssl rand -base64 32",
    '  storage: memoryStorage(), // in production sqliteStorage(file) of @oauth/kysely/sqlite, or another',
    '  authentication,',
    "  loginUrl: '/login',",
    "  consentUrl: '/consent',",
    ...options.map(({ name, code }) => `  ${name}: ${code},`),
    ...(lists.length === 0 ? [] : ['  features: [', ...lists, '  ],']),
    '})',
    '',
  ].join('\n')
}
