import { afterAll, beforeAll } from 'vitest'
import { openDatabase, releaseTables } from './empty-storage.ts'

// Vitest runs a setup file again for each test file, but loads the modules that it imports once.
beforeAll(openDatabase, 180_000)
afterAll(releaseTables)
