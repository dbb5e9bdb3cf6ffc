import { parseArgs } from 'node:util'
import type { Argument, Command, CommandOption, OptionValues } from './command.ts'
import { messageOf, UsageError } from './errors.ts'

/** What the arguments after the name of a command say. */
export interface ParsedArguments {
  readonly help: boolean
  readonly values: OptionValues<Command['options']>
  readonly args: readonly string[]
}

/**
 * Reads the arguments of a command.
 * @throws {UsageError} for an unknown option, a wrong value, and too few or too many arguments
 */
export function parseArguments(command: Command, given: readonly string[]): ParsedArguments {
  const { values: raw, positionals } = parse(command, given)
  const help = raw.help === true
  const values = Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [name, help ? undefined : read(name, option, raw[name])]),
  )
  if (!help) checkPositionals(command.arguments ?? [], positionals)
  return { help, values: values as ParsedArguments['values'], args: positionals }
}

type RawValue = string | boolean | readonly (string | boolean)[] | undefined

function parse(command: Command, given: readonly string[]) {
  const options = Object.entries(command.options).map(
    ([name, { kind }]) =>
      [name, { type: kind === 'flag' ? 'boolean' : 'string', multiple: kind === 'list' } as const] as const,
  )
  try {
    const { values, positionals } = parseArgs({
      args: [...given],
      allowPositionals: true,
      options: { ...Object.fromEntries(options), help: { type: 'boolean', short: 'h' } },
    })
    return { values: values as Readonly<Record<string, RawValue>>, positionals }
  } catch (error) {
    throw new UsageError(messageOf(error))
  }
}

function read(name: string, option: CommandOption, raw: RawValue): unknown {
  if (option.kind === 'flag') return raw === true
  if (option.kind === 'list') return raw ?? []
  if (raw === undefined) return undefined
  const text = String(raw)
  if (option.kind === 'text') {
    checkChoice(`--${name}`, option.choices, text)
    return text
  }
  const number = Number(text)
  const { least = 0, most = Number.MAX_SAFE_INTEGER } = option
  if (!/^\d+$/.test(text) || number < least || number > most) {
    const upTo = option.most === undefined ? '' : ` to ${most}`
    throw new UsageError(`--${name} must be a whole number from ${least}${upTo === '' ? ' on' : upTo}, not ${text}.`)
  }
  return number
}

function checkPositionals(expected: readonly Argument[], given: readonly string[]): void {
  for (const [index, { name, optional, choices }] of expected.entries()) {
    const value = given[index]
    if (value !== undefined) checkChoice(`<${name}>`, choices, value)
    else if (optional !== true) throw new UsageError(`<${name}> is missing${oneOf(choices)}.`)
  }
  const extra = given[expected.length]
  if (extra !== undefined) throw new UsageError(`There is one argument too many: ${extra}.`)
}

function checkChoice(name: string, choices: readonly string[] | undefined, value: string): void {
  if (choices?.includes(value) === false)
    throw new UsageError(`${name} must be one of ${choices.join(', ')}, not ${value}.`)
}

function oneOf(choices: readonly string[] | undefined): string {
  return choices === undefined ? '' : `: one of ${choices.join(', ')}`
}
