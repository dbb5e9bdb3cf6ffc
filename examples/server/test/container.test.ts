import { execFile, spawn } from 'node:child_process'
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../../test/example-process.ts'
import { environmentOf, stagesOf, valuesOf } from './dockerfile.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
const file = (name: string) => readFileSync(join(root, 'examples/server', name), 'utf8')
const [build = [], image = []] = stagesOf(file('Dockerfile'))

/** The variables of a process. The types of Next.js, which another example has, demand NODE_ENV among them. */
type Environment = NodeJS.ProcessEnv

// Vitest sets NODE_ENV, which would change what is installed.
const { NODE_ENV: _, ...inherited } = process.env

/** Another user than the one who owns the files, where the tests may choose: they run as root on a build machine. */
const anotherUser = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'oauth-container-'))
  chmodSync(folder, 0o755)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the Dockerfile', () => {
  test('the ignore file lets in exactly what the Dockerfile copies, so that no secret and no data of a checkout gets into the image', () => {
    const sources = valuesOf(build, 'COPY').flatMap((value) => value.split(' ').slice(0, -1))
    const [first, ...allowed] = file('Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(first).toBe('*')
    expect(allowed.map((line) => line.slice(1)).sort()).toEqual([...sources].sort())
    expect(sources.filter((source) => /secret|\bdata\b|\.env/.test(source))).toEqual([])
  })

  test('the program does not run as root, has no shell before it, and no variable of the image is a secret', () => {
    expect(valuesOf(image, 'USER')).toEqual(['node'])
    expect(JSON.parse(valuesOf(image, 'CMD')[0] ?? '')).toEqual(['node', '--import', 'tsx', 'src/main.ts'])
    expect(Object.keys(environmentOf(image)).filter((name) => /SECRET|PASSWORD/.test(name))).toEqual([])
  })

  test('its steps, done in an empty folder, give a program that another user runs on read-only files, that its health check finds, and that SIGTERM ends', {
    timeout: 600_000,
  }, async () => {
    const app = join(folder, 'app')
    mkdirSync(app)
    for (const { name, value } of build) {
      if (name === 'COPY') copy(value, app)
      if (name === 'RUN')
        await run('sh', ['-c', value], { cwd: app, env: { ...inherited, CI: 'true' } as unknown as Environment })
    }
    // What only tests and tools need is not there, and all of it is small.
    for (const tool of ['vitest', 'playwright-core', 'openid-client'])
      expect(readdirSync(join(app, 'node_modules/.pnpm')).filter((entry) => entry.startsWith(`${tool}@`))).toEqual([])
    const { stdout: size } = await run('du', ['-sm', app])
    expect(Number.parseInt(size, 10)).toBeLessThan(200)

    await run('chmod', ['-R', 'a-w', app])
    const data = join(folder, 'data')
    mkdirSync(data, { mode: 0o700 })
    if (anotherUser.uid !== undefined) chownSync(data, anotherUser.uid, anotherUser.gid)

    const port = await freePort()
    const env: Environment = {
      NODE_ENV: 'production',
      PATH: process.env.PATH ?? '',
      ...environmentOf(image),
      PORT: `${port}`,
      DATABASE_URL: join(data, 'oauth.db'),
      // Not even a temporary file can be written.
      TMPDIR: app,
    }
    const [, ...args] = JSON.parse(valuesOf(image, 'CMD')[0] ?? '[]') as string[]
    const server = spawn(process.execPath, args, { cwd: join(app, 'examples/server'), env, ...anotherUser })
    let output = ''
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
    const ended = new Promise<number | null>((resolve) => server.once('exit', resolve))
    try {
      const healthy = await isHealthy(env)
      expect(healthy, output).toBe(true)
      const discovery = await fetch(`http://localhost:${port}/auth/.well-known/openid-configuration`)
      expect(await discovery.json()).toMatchObject({ issuer: `http://localhost:${port}/auth` })
      expect((await fetch(`http://localhost:${port}/docs/deployment`)).status).toBe(200)
      expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200)
    } finally {
      server.kill('SIGTERM')
    }
    expect(await ended, output).toBe(0)
    expect(await healthCheck(env)).toBe(1)
    expect(readdirSync(data).sort()).toEqual(['oauth-secret', 'oauth.db'])
  })
})

describe('compose.yaml', () => {
  test('secrets are files, no value of a secret is in it, and only the proxy is published, on loopback', () => {
    const compose = file('compose.yaml')
    expect(compose.match(/[A-Z_]*(?:SECRET|PASSWORD)[A-Z_]*: .*/g)).toEqual([
      'DATABASE_PASSWORD_FILE: /run/secrets/postgres-password',
      'OAUTH_SECRET_FILE: /run/secrets/oauth-secret',
      'POSTGRES_PASSWORD_FILE: /run/secrets/postgres-password',
    ])
    expect(compose.match(/ports: .*/g)).toEqual(['ports: ["127.0.0.1:3000:3000"]'])
    expect(compose).toContain('read_only: true')
    expect(file('.gitignore').split('\n')).toContain('secrets/')
  })
})

/** Does what `COPY source … destination` does, in the folder that stands for the image. */
function copy(value: string, app: string): void {
  const parts = value.split(' ')
  const destination = parts.at(-1) ?? ''
  for (const source of parts.slice(0, -1).flatMap(filesOf)) {
    const target = destination.endsWith('/')
      ? join(app, destination, source.split('/').at(-1) ?? '')
      : join(app, destination)
    mkdirSync(dirname(target), { recursive: true })
    cpSync(join(root, source), target, { recursive: true })
  }
}

/** Returns the files that a pattern like `docs/*.md` names. Any other text names itself. */
function filesOf(pattern: string): readonly string[] {
  const [folder = '', ending] = pattern.split('/*')
  if (ending === undefined) return [pattern]
  return readdirSync(join(root, folder)).flatMap((name) => (name.endsWith(ending) ? `${folder}/${name}` : []))
}

/** Runs the command of the health check until it succeeds. */
async function isHealthy(env: Environment): Promise<boolean> {
  for (let attempt = 0; attempt < 60; attempt++) {
    if ((await healthCheck(env)) === 0) return true
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return false
}

async function healthCheck(env: Environment): Promise<number> {
  const [, command = '[]'] = / CMD (\[.*\])/.exec(valuesOf(image, 'HEALTHCHECK')[0] ?? '') ?? []
  const [, ...args] = JSON.parse(command) as string[]
  return run(process.execPath, args, { env }).then(
    () => 0,
    ({ code }) => code,
  )
}
