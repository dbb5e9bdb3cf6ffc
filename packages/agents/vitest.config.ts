import { defineConfig } from 'vitest/config'
import { machineReporter } from '../../test/machine/reporter.ts'

/** `pnpm run agents` */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', machineReporter()],
    setupFiles: ['../core/test/support/shared-rsa-keys-per-file.ts'],
    maxWorkers: '100%',
    // The clients take long to load, and keep nothing outside their objects.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
