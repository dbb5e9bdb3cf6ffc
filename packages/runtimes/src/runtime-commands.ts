import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { machineNode } from './node-binaries.ts'
import { runCommand } from './run-command.ts'

/** Runs a program with arguments and returns what it printed. */
type Start = (program: string, ...args: readonly string[]) => Promise<string>

export interface RuntimeCommands {
  readonly node: Start
  readonly node24: Start
  readonly bun: Start
  readonly deno: (permissions: readonly string[], program: string, ...args: readonly string[]) => Promise<string>
}

/** Returns the commands of the runtimes: the machine's Node, and the runtimes installed as npm packages. */
export function runtimeCommands(modules: string, directory: string): RuntimeCommands {
  return {
    node: (...args) => runCommand(machineNode(), args, directory),
    node24: (...args) => runCommand(join(modules, 'node/bin/node'), args, directory),
    // Bun's entry in `node_modules/.bin` is a shell script around this file.
    bun: (...args) => runCommand(join(modules, 'bun/bin/bun.exe'), args, directory),
    // The entry of Deno's npm package is a script for Node.
    deno(permissions, ...args) {
      const starter = realpathSync(join(modules, 'deno/bin.cjs'))
      return runCommand(process.execPath, [starter, 'run', '--no-prompt', ...permissions, ...args], directory)
    },
  }
}
