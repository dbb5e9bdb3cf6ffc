// biome-ignore-all lint/suspicious/noConsole: a reporter speaks on the console
import { relative } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import { gapsOf, missingParts } from './report.ts'

/**
 * At the end of a run, prints in one line the servers and browsers that this machine lacks, and fails a run that skipped
 * tests. With `OAUTH_TEST_COMPLETE=1`, as in `.ci/run`, a missing server or browser fails the run, too.
 */
export function machineReporter(): Reporter {
  let vitest: Vitest | undefined
  return {
    onInit(started) {
      vitest = started
    },
    onTestRunEnd(modules) {
      const missing = missingParts(process.env)
      const isComplete = process.env.OAUTH_TEST_COMPLETE === '1'
      if (missing.length > 0) {
        console.log(`Not on this machine, so not tested with: ${missing.join(', ')}. See CONTRIBUTING.md.`)
        if (isComplete) process.exitCode = 1
      }
      // With `-t`, vitest reports the tests that do not match as skipped.
      const isFiltered = vitest?.getGlobalTestNamePattern() !== undefined
      const gaps = isFiltered ? [] : gapsOf(modules.map(testFile))
      for (const gap of gaps) console.error(`Every file runs its tests on every machine: ${gap}.`)
      if (gaps.length > 0) process.exitCode = 1
    },
  }
}

const testFile = (module: TestModule) => ({
  path: relative(process.cwd(), module.moduleId),
  states: [...module.children.allTests()].map((test) => test.result().state),
})
