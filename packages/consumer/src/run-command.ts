import { spawn } from 'node:child_process'

export interface CommandResult {
  readonly status: number | null
  readonly output: string
}

/** Runs a command for three minutes at most. Returns its exit code and what it printed on both streams. */
export function tryCommand(command: string, args: readonly string[], directory: string): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], timeout: 180_000 })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, output }))
  })
}

/** Runs a command to its end and returns its output. Throws when it fails. */
export async function runCommand(command: string, args: readonly string[], directory: string): Promise<string> {
  const { status, output } = await tryCommand(command, args, directory)
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${output}`)
  return output
}
