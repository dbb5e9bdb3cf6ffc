import type { Argument, Command, CommandOption } from './command.ts'
import { aligned } from './output.ts'

const exitCodes = `Exit codes: 0 done; 1 failed, or something that was checked is wrong; 2 wrong usage.\n`

/** Makes the help of all commands, or of those that begin with a word. */
export function helpOfAll(commands: readonly Command[]): string {
  const lines = commands.map(({ name, summary }) => [name, summary])
  return `Usage: oauth <command> [options]\n\n${aligned(lines)}\noauth <command> --help says more about one command.\n${exitCodes}`
}

/** Makes the help of one command. */
export function helpOf(command: Command): string {
  const options = Object.entries(command.options)
  const placeholders = (command.arguments ?? []).map(placeholder)
  const usage = ['oauth', command.name, ...placeholders, ...(options.length > 0 ? ['[options]'] : [])].join(' ')
  const args = (command.arguments ?? []).map((one) => [placeholder(one), one.summary + choicesOf(one.choices)])
  const lines = options.map(([name, option]) => [nameOf(name, option), summaryOf(option)])
  return [
    `Usage: ${usage}\n\n${command.summary}.\n`,
    command.details === undefined ? '' : `\n${command.details}\n`,
    args.length === 0 ? '' : `\n${aligned(args)}`,
    lines.length === 0 ? '' : `\n${aligned(lines)}`,
    `\n${exitCodes}`,
  ].join('')
}

function placeholder({ name, optional }: Argument): string {
  return optional === true ? `[${name}]` : `<${name}>`
}

function nameOf(name: string, option: CommandOption): string {
  return option.kind === 'flag' ? `--${name}` : `--${name} ${option.value}`
}

function summaryOf(option: CommandOption): string {
  if (option.kind === 'list') return `${option.summary}; may be repeated`
  return option.summary + (option.kind === 'text' ? choicesOf(option.choices) : '')
}

function choicesOf(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : `: ${choices.join(', ')}`
}
