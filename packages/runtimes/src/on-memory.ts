import { memoryStorage } from '@oauth/core/memory'
import { runOnCommandLine } from './on-command-line.ts'

await runOnCommandLine('memory', memoryStorage())
