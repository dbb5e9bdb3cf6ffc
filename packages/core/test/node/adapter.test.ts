import { nodeListener } from '@oauth/core/node'
import { describeAdapter } from '../support/adapter-suite.ts'

describeAdapter('nodeListener', (provider) => nodeListener(provider))
