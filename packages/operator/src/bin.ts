#!/usr/bin/env node
import { runCommand } from './run-command.ts'

// A reader of the output, for instance `head`, may leave before the end.
process.stdout.on('error', () => process.exit(2))

const code = await runCommand(process.argv.slice(2), {
  directory: process.cwd(),
  write: (text) => new Promise((resolve) => process.stdout.write(text, () => resolve())),
  writeError: (text) => new Promise((resolve) => process.stderr.write(text, () => resolve())),
})
// The host's module may have timers and connections that would keep the process alive.
process.exit(code)
