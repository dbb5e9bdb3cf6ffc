import { agentFlow } from './agent.ts'
import { publicFlow, webFlow } from './code.ts'
import { deviceFlow } from './device.ts'
import { logoutFlow, revokeFlow } from './end.ts'
import { exchangeFlow } from './exchange.ts'
import type { Flow } from './flow.ts'
import { machineFlow } from './machine.ts'
import { refreshFlow } from './refresh.ts'
import { dpopFlow, parFlow, signedFlow } from './stronger.ts'

/** All flows, in the order of the first page. */
export const flows: readonly Flow[] = [
  webFlow,
  publicFlow,
  agentFlow,
  deviceFlow,
  machineFlow,
  parFlow,
  signedFlow,
  dpopFlow,
  refreshFlow,
  exchangeFlow,
  revokeFlow,
  logoutFlow,
]
