import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

const run = promisify(execFile)

/** A PostgreSQL server of a pair. */
export interface PostgresServer {
  readonly url: string
  /** Runs one statement on a connection of its own, and returns the rows. */
  query(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  start(): Promise<void>
  /** Kills all processes of the server with SIGKILL. */
  kill(): void
  /** Stops all processes without ending them, like a machine that the network does not reach any more. */
  freeze(): void
  thaw(): void
}

/** A primary with a synchronous standby, both on this machine. */
export interface PostgresPair {
  readonly primary: PostgresServer
  readonly standby: PostgresServer
  /** Makes the standby the primary, and resolves when it can be written to. Its commits wait for no standby. */
  promote(): Promise<void>
  /** Makes the former primary, which must be down, a standby of the promoted server. */
  rejoin(): Promise<void>
  close(): Promise<void>
}

export interface PairOptions {
  /** The folder with the programs of PostgreSQL. */
  readonly programs: string
  /** Whether commits are written to the disk, as in production. Not needed for killed processes. Default: false. */
  readonly durable?: boolean
}

/** Makes and starts both servers. PostgreSQL refuses to run as root, so root starts it as the user `postgres`. */
export async function startPair({ programs, durable = false }: PairOptions): Promise<PostgresPair> {
  const user = process.getuid?.() === 0 ? await postgresUser() : undefined
  const call = (program: string, args: readonly string[]) => run(join(programs, program), args, { cwd: '/', ...user })

  const folder = mkdtempSync(join(tmpdir(), 'oauth-failover-'))
  if (user) chownSync(folder, user.uid, user.gid)
  const ports = [await freePort(), await freePort()] as const
  const children = new Set<ChildProcess>()

  function server(name: string, port: number, peer: { name: string; port: number }): PostgresServer & { data: string } {
    const data = join(folder, name)
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`
    const all = (signal: NodeJS.Signals) => {
      for (const pid of processesOf(data)) signalTo(pid, signal)
    }
    const settings = {
      port,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      cluster_name: name,
      max_connections: 100,
      primary_conninfo: `host=127.0.0.1 port=${peer.port} user=postgres`,
      synchronous_commit: 'on',
      shared_buffers: '32MB',
      ...(!durable && { fsync: 'off', full_page_writes: 'off' }),
    }
    return {
      data,
      url,
      async query(text) {
        const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 })
        client.on('error', () => undefined)
        await client.connect()
        try {
          return (await client.query(text)).rows
        } finally {
          await client.end()
        }
      },
      async start() {
        const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
        const child = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
          ...{ cwd: '/', ...user },
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        children.add(child)
        let log = ''
        child.stderr?.on('data', (chunk) => {
          log = (log + chunk).slice(-4000)
        })
        child.once('exit', () => children.delete(child))
        for (let tries = 0; ; tries++) {
          const ready = await this.query('select 1').then(
            () => true,
            () => false,
          )
          if (ready) return
          if (child.exitCode !== null || tries > 300) throw new Error(`the server ${name} did not start:\n${log}`)
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      },
      kill: () => all('SIGKILL'),
      freeze: () => all('SIGSTOP'),
      thaw: () => all('SIGCONT'),
    }
  }

  const one = server('one', ports[0], { name: 'two', port: ports[1] })
  const two = server('two', ports[1], { name: 'one', port: ports[0] })

  /** Copies the server `from` as a standby. Its commits wait for the standby from then on. */
  async function copy(from: PostgresServer & { data: string }, to: PostgresServer & { data: string }): Promise<void> {
    rmSync(to.data, { recursive: true, force: true })
    const sync = durable ? [] : ['--no-sync']
    await call('pg_basebackup', ['-D', to.data, '-d', from.url, '-X', 'stream', '--checkpoint=fast', '-R', ...sync])
    await to.start()
    const name = to === one ? 'one' : 'two'
    await from.query(`alter system set synchronous_standby_names = '${name}'`)
    await from.query('select pg_reload_conf()')
    for (;;) {
      const [row] = await from.query(`select sync_state from pg_stat_replication where application_name = '${name}'`)
      if (row?.sync_state === 'sync') return
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async function close(): Promise<void> {
    const ends = [...children].map((child) => once(child, 'exit'))
    for (const { data } of [one, two]) for (const pid of processesOf(data)) signalTo(pid, 'SIGKILL')
    await Promise.all(ends)
    rmSync(folder, { recursive: true, force: true })
  }

  try {
    const sync = durable ? [] : ['--no-sync']
    await call('initdb', ['-D', one.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', ...sync])
    await one.start()
    await copy(one, two)
  } catch (error) {
    await close()
    throw error
  }
  return {
    primary: one,
    standby: two,
    async promote() {
      await two.query('select pg_promote(true, 60)')
    },
    rejoin: () => copy(two, one),
    close,
  }
}

async function postgresUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const number = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout)
  return { uid: await number('-u'), gid: await number('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  return port
}

/** Returns the process ids of a server: the first of its file `postmaster.pid`, and the children of that one. */
function processesOf(data: string): readonly number[] {
  let first: number
  try {
    first = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    const children = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8')
    return [first, ...children.trim().split(/\s+/).filter(Boolean).map(Number)]
  } catch {
    return []
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // The process has ended meanwhile.
  }
}
