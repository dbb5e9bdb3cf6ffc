import type { Core } from '../../contracts/core.ts'
import type { OpenEndpoint } from '../../contracts/endpoint.ts'
import { changeFor } from '../../cross-device/waiting-request.ts'
import { readFormOrJson } from '../../http/form.ts'
import { requireSameOrigin } from '../../sessions/same-origin.ts'
import { currentSession } from '../../sessions/signed-in.ts'
import { countEntry } from './code-entries.ts'
import { completionName, type Entered, unknownCode } from './completion.ts'
import { type DeviceRecord, findByUserCode, kind } from './device-request.ts'
import type { DeviceRules } from './options.ts'
import { readUserCode, sealUserCode } from './user-code.ts'

/** The name of the endpoint, in `provider.handlers` and of its rate limit. */
export const codeEndpointName = 'deviceCode'

/**
 * The endpoint to which the host's page posts the code that the user has entered and compared ({@link
 * https://www.rfc-editor.org/rfc/rfc8628#section-3.3 RFC 8628 section 3.3}). It leads through login to consent.
 */
export function codeEndpoint(rules: DeviceRules): OpenEndpoint {
  return {
    name: codeEndpointName,
    path: '/oauth2/device',
    methods: ['POST'],
    errors: 'page',
    rateLimit: codeEndpointName,
    handle: (core, request) => enterCode(core, request, rules),
  }
}

async function enterCode(core: Core, request: Request, rules: DeviceRules): Promise<Response> {
  requireSameOrigin(core, request)
  const parameters = await readFormOrJson(request)
  const userId = (await currentSession(core, request))?.user.id
  const takeBack = await countEntry(core, request, userId, rules.codeEntries)
  const userCode = readUserCode(parameters.get('user_code') ?? '')
  const device = userCode === undefined ? undefined : await findFor(core, userCode, userId)
  if (userCode === undefined || device === undefined) throw unknownCode()
  await takeBack()
  const value: Entered = { id: device.id, userCode: await sealUserCode(core, device.id, userCode) }
  return core.interact(request, { completion: completionName, authorization: device.value.authorization, value })
}

/** Finds the request, and claims it for the user. To another user, it does not exist. */
async function findFor(core: Core, userCode: string, userId: string | undefined): Promise<DeviceRecord | undefined> {
  const device = await findByUserCode(core, userCode)
  if (device === undefined || userId === undefined) return device
  return (await changeFor(core, { kind, id: device.id }, userId, (value) => value)) ? device : undefined
}
