import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export interface StartedWorkerd {
  readonly url: string
  readonly process: ChildProcess
}

/**
 * Starts workerd on a free port of this machine, without variables of this process, and waits until it listens.
 * @param configuration the file whose socket `http` is served
 */
export async function startWorkerd(workerd: string, configuration: string): Promise<StartedWorkerd> {
  const args = ['serve', configuration, '--socket-addr=http=127.0.0.1:0', '--control-fd=3']
  const process = spawn(workerd, args, {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
    env: {} as NodeJS.ProcessEnv,
  })
  return { url: `http://127.0.0.1:${await portOf(process)}`, process }
}

/** Reads the port that workerd listens on from its control descriptor. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let errors = ''
    let events = ''
    child.stderr?.on('data', (chunk) => {
      errors += chunk
    })
    ;(child.stdio[3] as Readable).on('data', (chunk) => {
      events += chunk
      const port = /"event":\s*"listen".*?"port":\s*(\d+)/.exec(events)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => reject(new Error(`workerd ended with ${signal ?? code}\n${errors}`)))
  })
}
