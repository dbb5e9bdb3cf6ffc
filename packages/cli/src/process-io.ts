import { createInterface } from 'node:readline/promises'
import type { CommandIo } from './command-io.ts'
import { CommandError } from './errors.ts'

/** Makes the input and output of this process. */
export function processIo(): CommandIo {
  const { stdin, stdout, stderr } = process
  let shown = false
  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K')
    shown = false
  }
  const write = (stream: NodeJS.WriteStream, text: string): Promise<void> => {
    clear()
    return new Promise((resolve) => stream.write(text, () => resolve()))
  }
  return {
    directory: process.cwd(),
    outputIsTerminal: stdout.isTTY === true,
    input: stdin,
    write: (text) => write(stdout, text),
    writeError: (text) => write(stderr, text),
    ...(stderr.isTTY && {
      progress(text: string) {
        stderr.write(`\r\u001b[K${text}`)
        shown = true
      },
    }),
    ...(stdin.isTTY && {
      async ask(question: string) {
        // The question goes to standard error, so that standard output has the result alone.
        const lines = createInterface({ input: stdin, output: stderr })
        try {
          return await lines.question(question)
        } catch {
          // Ctrl-C, or Ctrl-D, which ends the input. Commands ask before they change anything.
          throw new CommandError('\nNobody answered the question, so nothing was changed.')
        } finally {
          lines.close()
        }
      },
    }),
  }
}
