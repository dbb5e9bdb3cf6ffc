/** What a command uses of the process that runs it. A program of yours passes its own to `runCommand`. */
export interface CommandIo {
  /** The directory that paths are relative to. */
  readonly directory: string
  /** Whether a person sees the output at once. Commands then refuse to write secrets as JSON unless asked. */
  readonly outputIsTerminal: boolean
  write(text: string): Promise<void> | void
  writeError(text: string): Promise<void> | void
  /** What `--from -` reads. Absent when there is none. */
  readonly input?: AsyncIterable<Uint8Array | string>
  /** Shows how far a long command is, in place of what it showed before. Absent when nobody watches. */
  progress?(text: string): void
  /** Asks the person at the terminal. Absent when there is none. */
  ask?(question: string): Promise<string>
}
