import type { Approved, Completion, LoadedPending, ShownPending } from '../../contracts/completion.ts'
import type { Core } from '../../contracts/core.ts'
import { englishTexts } from '../../contracts/page-texts.ts'
import { type Approval, changeFor, isFree, isWaiting, untilCollected } from '../../cross-device/waiting-request.ts'
import { json } from '../../http/json.ts'
import { redirect, wantsJson, withParameters } from '../../http/redirect.ts'
import { showPage } from '../../pages/show-page.ts'
import { errorForUser, OAuthError } from '../../protocol/errors.ts'
import { currentSession } from '../../sessions/signed-in.ts'
import { findDevice, kind } from './device-request.ts'
import type { DeviceRules } from './options.ts'
import type { DeviceOrigin } from './origin.ts'
import { shownUserCode, unsealUserCode } from './user-code.ts'

export const completionName = 'device'

/** What the stored interaction of a device has: the id of its record, and the sealed code for the page. */
export interface Entered {
  readonly id: string
  readonly userCode: string
}

/** What login and consent pages get to know about the device that asks. */
export interface DeviceDetails {
  /** The code as the device must show it, for instance `WDJB-MJHT`. Ask the user to compare it before they approve. */
  readonly userCode: string
  /** Where the request came from. All texts come from outside: escape them. */
  readonly origin: DeviceOrigin
  /** When the device asked, in seconds since the epoch. */
  readonly requestedAt: number
  /** When its code expires, in seconds since the epoch. */
  readonly expiresAt: number
}

/** The end of an interaction for a device: the answer is kept for the next token request of the device. */
export function deviceCompletion(rules: DeviceRules): Completion {
  return {
    name: completionName,
    approve: (core, request, approved) => approve(core, request, approved, rules),
    deny: (core, request, pending) => deny(core, request, pending, rules),
    describe: async (core, shown) => ({ ...(await describe(core, shown)) }),
  }
}

async function approve(core: Core, request: Request, approved: Approved, rules: DeviceRules): Promise<Response> {
  const { client, consent, take, grant: facts } = approved
  const { id } = enteredOf(approved)
  const device = await findDevice(core, id)
  if (device === undefined) throw overNow()
  const newGrant = untilCollected(core, core.grantFor(facts), device.value)
  const answer: Approval = { kind: 'approved', newGrant, ...(consent !== undefined && { consent }) }
  // The one write that decides. The interaction that is taken afterwards could not be answered a second time anyway.
  if (!(await changeFor(core, { kind, id }, facts.userId, (value) => ({ ...value, answer })))) throw overNow()
  for (const one of take) await core.storage.records.take(one)
  core.emit({ type: 'device.approved', clientId: client.id, userId: facts.userId, grantId: newGrant.grant.id })
  return resultPage(core, request, rules, { result: 'approved', uiLocales: approved.authorization.uiLocales })
}

async function deny(core: Core, request: Request, pending: LoadedPending, rules: DeviceRules): Promise<Response> {
  const signedIn = await currentSession(core, request)
  if (signedIn === undefined) {
    throw errorForUser('login_required', englishTexts.deviceSignedOut, { status: 403, redirect: 'never' })
  }
  const userId = signedIn.user.id
  const answer = { kind: 'denied' } as const
  if (!(await changeFor(core, { kind, id: enteredOf(pending).id }, userId, (value) => ({ ...value, answer }))))
    throw overNow()
  core.emit({ type: 'device.denied', clientId: pending.client.id, userId })
  return resultPage(core, request, rules, { result: 'denied', uiLocales: pending.authorization.uiLocales })
}

/** Tells the page what to show. From then on the code belongs to the user who sees the page. */
async function describe(core: Core, shown: ShownPending): Promise<DeviceDetails> {
  const { id, userCode: sealed } = enteredOf(shown)
  const { userId } = shown
  const claimed = userId === undefined || (await changeFor(core, { kind, id }, userId, (value) => value))
  const device = await findDevice(core, id)
  if (!claimed || device === undefined || !isWaiting(core, device)) throw overNow()
  if (userId !== undefined && !isFree(device, userId)) throw overNow()
  const userCode = await unsealUserCode(core, id, sealed)
  if (userCode === undefined) throw overNow()
  const { origin, goodUntil } = device.value
  return { userCode: shownUserCode(userCode), origin, requestedAt: device.createdAt, expiresAt: goodUntil }
}

function enteredOf({ value }: LoadedPending): Entered {
  return value as Entered
}

const results = { approved: 'deviceConnected', denied: 'deviceRefused' } as const

/** Shows the result, on the host's page or on one of the server. */
function resultPage(
  core: Core,
  request: Request,
  { resultUri }: DeviceRules,
  { result, uiLocales }: { readonly result: keyof typeof results; readonly uiLocales: string | undefined },
): Response | Promise<Response> {
  if (resultUri !== undefined) return redirect(request, withParameters(resultUri, { result }))
  if (wantsJson(request)) return json(200, { result })
  const name = results[result]
  return showPage(core, request, { kind: 'message', uiLocales }, (texts) => ({
    title: texts[`${name}Title`],
    paragraphs: [texts[`${name}Text`]],
  }))
}

/** One text for a code that is wrong, expired, answered, or claimed by another user. */
export function unknownCode(): OAuthError {
  return new OAuthError('invalid_request', 'the user_code of the form is missing, unknown or has expired', {
    userText: englishTexts.deviceCodeUnknown,
  })
}

function overNow(): OAuthError {
  return errorForUser('invalid_request', englishTexts.deviceRequestOver, {
    redirect: 'never',
  })
}
