import { afterAll, beforeAll } from 'vitest'
import { openDatabase, releaseTables } from './empty-storage.ts'

// A setup file of Vitest runs again for each file of tests, although the modules that it imports are loaded once.
beforeAll(openDatabase, 180_000)
afterAll(releaseTables)
