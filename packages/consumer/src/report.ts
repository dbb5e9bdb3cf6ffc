export interface Report {
  /** Runs a check and prints its result, or why it failed. */
  check(title: string, run: () => Promise<string>): Promise<void>
  /** @throws {Error} when there are faults */
  fail(faults: readonly string[]): void
  /** Prints the summary and returns the exit code. */
  end(): number
}

export function createReport(): Report {
  let passed = 0
  let failed = 0
  const print = (line: string): void => void process.stdout.write(`${line}\n`)
  return {
    async check(title, run) {
      try {
        print(`ok ${title}: ${await run()}`)
        passed++
      } catch (error) {
        print(`FAILED ${title}: ${error instanceof Error ? error.message : String(error)}`)
        failed++
      }
    },
    fail(faults) {
      if (faults.length > 0) throw new Error(['', ...faults].join('\n  '))
    },
    end() {
      print(`${passed} passed, ${failed} failed`)
      return failed === 0 ? 0 : 1
    },
  }
}
