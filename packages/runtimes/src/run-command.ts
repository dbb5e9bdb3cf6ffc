import { spawn } from 'node:child_process'

/** Runs a command and returns what it prints. Throws when it fails or takes longer than four minutes, which the contract may need on a busy machine. */
export function runCommand(command: string, args: readonly string[], directory: string): Promise<string> {
  const { promise, resolve, reject } = deferred<string>()
  const child = spawn(command, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'], timeout: 240_000 })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.on('error', reject)
  child.on('close', (code, signal) => {
    if (code === 0) resolve(output.trim())
    else reject(new Error(`ended with ${signal ?? code}\n${output}${errors}`))
  })
  return promise
}

function deferred<T>() {
  let resolve!: (value: T) => void
  let reject!: (error: Error) => void
  const promise = new Promise<T>((...functions) => {
    ;[resolve, reject] = functions
  })
  return { promise, resolve, reject }
}
