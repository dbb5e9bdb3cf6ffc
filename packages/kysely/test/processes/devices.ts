import type { Commands } from './commands.ts'
import { type BrowserAnswer, type Client, deviceGrantType } from './host.ts'

/** The codes of a device, and the page on which the user answers. */
export interface WaitingDevice {
  readonly deviceCode: string
  readonly userCode: string
  readonly page: Page
}

/** A consent page that the user has open. */
export interface Page {
  readonly state: string
  readonly cookie: string
}

/** Asks for codes as a device does, and opens the consent page as its user does. */
export async function startDevice(worker: Commands, client: Client): Promise<WaitingDevice> {
  const form = { scope: 'openid offline_access notes:read' }
  const [answer] = await worker.post(client, '/oauth2/device_authorization', form)
  if (answer?.status !== 200) throw new Error(`no codes: ${JSON.stringify(answer)}`)
  const { device_code: deviceCode, user_code: userCode } = answer.body
  return { deviceCode, userCode, page: await openPage(worker, userCode) }
}

/** Enters a user code. */
export async function openPage(worker: Commands, userCode: string): Promise<Page> {
  const answer = await worker.browse({ path: '/oauth2/device', form: { user_code: userCode } })
  const state = answer.location && new URL(answer.location).searchParams.get('state')
  if (!state) throw new Error(`no page: ${JSON.stringify(answer)}`)
  return { state, cookie: answer.cookie }
}

/** Answers the consent page. 200: the server has taken the answer. */
export function answerPage(worker: Commands, { state, cookie }: Page, accept: boolean): Promise<BrowserAnswer> {
  return worker.browse({ path: '/oauth2/consent', form: { state, accept: String(accept) }, cookie })
}

export function pollForm({ deviceCode }: WaitingDevice): Readonly<Record<string, string>> {
  return { grant_type: deviceGrantType, device_code: deviceCode }
}

/** Starts a device whose user has approved. */
export async function startApproved(worker: Commands, client: Client): Promise<WaitingDevice> {
  const device = await startDevice(worker, client)
  const { status } = await answerPage(worker, device.page, true)
  if (status !== 200) throw new Error(`not approved: ${status}`)
  return device
}
