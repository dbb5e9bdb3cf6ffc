import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { paths } from './paths.ts'
import type { Question } from './protocol.ts'

/** Whether this machine can bind each process to one core. */
export const pinned: boolean = canPin()

function canPin(): boolean {
  try {
    execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' })
    return availableParallelism() > 1
  } catch {
    return false
  }
}

/** A child process that sends one message when it is ready, and then one message for each question. */
export class Child {
  readonly #process: ChildProcess
  readonly #ended: Promise<never>

  /** @param pins whether to bind the process to a core: servers to one, the load generator to another */
  constructor(name: 'server' | 'load', settings: object, pins: boolean = pinned) {
    const core = name === 'server' ? '0' : '1'
    const command = [process.execPath, join(paths.output, `${name}.js`), JSON.stringify(settings)]
    const [file = '', ...args] = pins ? ['taskset', '-c', core, ...command] : command
    const { logsTo } = settings as { readonly logsTo?: string }
    const errors = logsTo === undefined ? 'inherit' : openSync(logsTo, 'w')
    this.#process = spawn(file, args, { stdio: ['ignore', 'inherit', errors, 'ipc'] })
    this.#ended = new Promise((_, reject) => {
      this.#process.once('error', reject)
      this.#process.once('exit', (code, signal) =>
        reject(new Error(`the ${name} process ended with ${signal ?? code}`)),
      )
    })
    // `stop` also ends the process, and then no caller waits for a message.
    this.#ended.catch(() => undefined)
  }

  /** Returns the next message of the process. */
  hear<Message>(): Promise<Message> {
    const message = new Promise<Message>((resolve) => this.#process.once('message', (said) => resolve(said as Message)))
    return Promise.race([message, this.#ended])
  }

  ask<Answer>(question: Question): Promise<Answer> {
    const answer = this.hear<Answer>()
    this.#process.send(question)
    return answer
  }

  async stop(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect()
    await this.#ended.catch(() => undefined)
  }
}
