import { afterAll, beforeAll, expect } from 'vitest'
import { shareRsaKeys } from './shared-rsa-keys.ts'

let stop = () => {}

// In test/keys the keys are the subject.
beforeAll(() => {
  if (!expect.getState().testPath?.includes('/test/keys/')) stop = shareRsaKeys()
})
afterAll(() => stop())
