import { fapi2ClientRules } from '../../conformance/fapi2-client-rules.ts'
import { securityDemands } from '../../conformance/fapi2-demands.ts'
import { fapi2ServerRules } from '../../conformance/fapi2-server-rules.ts'
import type { ClientRule, ServerRule } from '../../conformance/rule.ts'
import type { ConformanceStandard } from '../../contracts/conformance.ts'
import type { Demands } from '../../contracts/profile.ts'
import { fapi2DeploymentRules, fapi2OperationRules } from './fapi2-operation-rules.ts'
import { mcpClientRules, mcpDeploymentRules, mcpServerRules } from './mcp-rules.ts'
import { oauth21ClientRules, oauth21DeploymentRules, oauth21ServerRules } from './oauth21-rules.ts'

/** The rules of a standard. */
export interface Standard {
  readonly server: readonly ServerRule[]
  readonly deployment: readonly ServerRule[]
  readonly client: readonly ClientRule[]
  /** What it demands, where profiles are compared with it. */
  readonly demands: Demands
}

export const standards: Readonly<Record<ConformanceStandard, Standard>> = {
  'oauth2.1': {
    server: oauth21ServerRules,
    deployment: oauth21DeploymentRules,
    client: oauth21ClientRules,
    demands: {},
  },
  fapi2: {
    server: [...fapi2ServerRules, ...fapi2OperationRules],
    deployment: fapi2DeploymentRules,
    client: fapi2ClientRules,
    demands: securityDemands,
  },
  mcp: { server: mcpServerRules, deployment: mcpDeploymentRules, client: mcpClientRules, demands: {} },
}
