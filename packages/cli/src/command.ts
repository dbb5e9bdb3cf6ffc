import type { CommandIo } from './command-io.ts'

/** 0: done. 1: the command failed, or something that it checked is wrong. 2: it was called in a wrong way. */
export type ExitCode = 0 | 1 | 2

interface Described {
  /** What the option does, for the help. */
  readonly summary: string
}

/** An option that is there or not. */
export interface Flag extends Described {
  readonly kind: 'flag'
}

/** An option with a text. */
export interface TextOption extends Described {
  readonly kind: 'text'
  /** What the help calls the value, for instance `<url>`. */
  readonly value: string
  /** The texts that are allowed. Default: any. */
  readonly choices?: readonly string[]
}

/** An option with a text that may be given several times. */
export interface ListOption extends Described {
  readonly kind: 'list'
  readonly value: string
}

/** An option with a whole number, 0 or more. */
export interface NumberOption extends Described {
  readonly kind: 'number'
  readonly value: string
  /** The smallest number that is allowed. Default 0. */
  readonly least?: number
  /** The largest number that is allowed. */
  readonly most?: number
}

export type CommandOption = Flag | TextOption | ListOption | NumberOption
export type CommandOptions = Readonly<Record<string, CommandOption>>

type ValueOf<Option extends CommandOption> = Option extends Flag
  ? boolean
  : Option extends ListOption
    ? readonly string[]
    : Option extends NumberOption
      ? number | undefined
      : string | undefined

/** The values of the options of a command, by their names. */
export type OptionValues<Options extends CommandOptions> = { readonly [Name in keyof Options]: ValueOf<Options[Name]> }

/** An argument without a name, in its place. */
export interface Argument extends Described {
  readonly name: string
  readonly optional?: boolean
  readonly choices?: readonly string[]
}

/** One command: its words, what the help says about it, and what it does. */
export interface Command<Options extends CommandOptions = CommandOptions> {
  /** One or two words, for instance `client create`. */
  readonly name: string
  readonly summary: string
  readonly arguments?: readonly Argument[]
  readonly options: Options
  /** What the help says beyond the options. */
  readonly details?: string
  /**
   * Does the work.
   * @throws {UsageError} when options contradict each other
   * @throws {Error} when the work fails; the text says what to change
   */
  run(io: CommandIo, values: OptionValues<Options>, args: readonly string[]): Promise<ExitCode>
}

/** Types the values of a command's options by the options. */
export function defineCommand<const Options extends CommandOptions>(command: Command<Options>): Command {
  return command as unknown as Command
}
