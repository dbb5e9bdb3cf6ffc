export type { ExitCode } from './command.ts'
export type { CommandIo } from './command-io.ts'
export { runCommand } from './run-command.ts'
