#!/usr/bin/env node
import { processIo } from './process-io.ts'
import { runCommand } from './run-command.ts'

// The host's module runs in this process: it may end it, throw later, or leave a promise open for ever. None of these may
// look like success.
let code: number | undefined
function fail(): never {
  code = 1
  process.exit()
}
process.on('exit', () => {
  if (code === undefined)
    process.stderr.write('The module ended the process, or waited for something that never came.\n')
  process.exitCode = code ?? 1
})
process.on('uncaughtException', (error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  fail()
})
// A reader of the output, for instance `head`, may leave before the end.
process.stdout.on('error', fail)

code = await runCommand(process.argv.slice(2), processIo())
// The host's module may have timers and connections that would keep the process alive.
process.exit(code)
