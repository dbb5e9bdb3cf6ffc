import { describeAdapter } from '../../../core/test/support/adapter-suite.ts'
import { listenerOf } from '../server.ts'

describeAdapter('Next.js', listenerOf)
