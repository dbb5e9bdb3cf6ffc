import type { Command, ExitCode } from './command.ts'
import type { CommandIo } from './command-io.ts'
import { commands } from './commands.ts'
import { messageOf, UsageError } from './errors.ts'
import { helpOf, helpOfAll } from './help.ts'
import { printable } from './output.ts'
import { parseArguments } from './parse-arguments.ts'
import { version } from './version.ts'

/**
 * Runs one command of the command line.
 * @param args the arguments after the name of the program, for instance `['client', 'list', '--json']`
 * @returns the exit code: 0 done; 1 failed, or something that was checked is wrong; 2 wrong usage
 * @example
 * ```ts
 * const code = await runCommand(['doctor', 'https://id.example.com/auth'], {
 *   directory: process.cwd(),
 *   outputIsTerminal: false,
 *   write: (text) => void process.stdout.write(text),
 *   writeError: (text) => void process.stderr.write(text),
 * })
 * ```
 */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (args[0] === '--version') {
    await io.write(`${version()}\n`)
    return 0
  }
  const found = find(args[0] === 'help' ? args.slice(1) : args)
  if ('commands' in found) return helpOfGroup(found, args, io)
  if (args[0] === 'help') {
    await io.write(helpOf(found.command))
    return 0
  }
  return run(found.command, found.rest, io)
}

async function run(command: Command, rest: readonly string[], io: CommandIo): Promise<ExitCode> {
  try {
    const { help, values, args } = parseArguments(command, rest)
    if (!help) return await command.run(io, values, args)
    await io.write(helpOf(command))
    return 0
  } catch (error) {
    const usage = error instanceof UsageError
    // A message may quote what a file or a database holds.
    const message = messageOf(error).split('\n').map(printable).join('\n')
    await io.writeError(`${message}\n${usage ? `oauth ${command.name} --help says how it is called.\n` : ''}`)
    return usage ? 2 : 1
  }
}

interface FoundCommand {
  readonly command: Command
  readonly rest: readonly string[]
}

/** The commands that begin with the first word, or all commands when there is no such word. */
interface FoundGroup {
  readonly commands: readonly Command[]
  readonly unknown: string | undefined
}

function find(args: readonly string[]): FoundCommand | FoundGroup {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(' ')
    const command = commands.find((one) => one.name === name)
    if (command !== undefined) return { command, rest: args.slice(words) }
  }
  const [first, second] = args.filter((arg) => !arg.startsWith('-'))
  const group = commands.filter(({ name }) => name.startsWith(`${first} `))
  if (group.length > 0) return { commands: group, unknown: second === undefined ? undefined : `${first} ${second}` }
  return { commands, unknown: first }
}

async function helpOfGroup(
  { commands, unknown }: FoundGroup,
  args: readonly string[],
  io: CommandIo,
): Promise<ExitCode> {
  const asked = args.some((arg) => arg === 'help' || arg === '--help' || arg === '-h')
  const help = helpOfAll(commands)
  if (unknown === undefined && asked) {
    await io.write(help)
    return 0
  }
  await io.writeError(
    `${unknown === undefined ? 'A command is missing.' : `There is no command ${unknown}.`}\n\n${help}`,
  )
  return 2
}
