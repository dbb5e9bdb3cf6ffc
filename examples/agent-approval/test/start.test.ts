import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ExampleProcess, freePort, startExample } from '../../../test/example-process.ts'
import { chromiumArguments, chromiums } from '../../../test/machine/chromium.ts'
import { press } from '../../../test/machine/press.ts'
import { demoAccount } from '../../server/src/identity/demo-account.ts'
import { openAsUser } from './servers.ts'

// Each test starts processes, and the machine may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const tsx = ['--import', 'tsx']
let folder: string
let servers: ExampleProcess

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agent-approval-'))
  const [port, bankPort] = [await freePort(), await freePort()]
  const env = { PORT: `${port}`, BANK_PORT: `${bankPort}`, DATA: folder }
  const command = [process.execPath, ...tsx, 'src/main.ts'] as const
  servers = await startExample('agent-approval', command, env, `http://localhost:${port}/healthz`)
  await vi.waitFor(() => expect(servers.output()).toContain('The agent:'), 30_000)
})

afterAll(async () => {
  servers?.kill()
  await servers?.ended
  rmSync(folder, { recursive: true, force: true })
})

/** Starts the agent as a process, as the second command of the README does. */
function startAgent() {
  const args = [`--env-file=${join(folder, 'agent.env')}`, ...tsx, 'src/agent/main.ts']
  const child = spawn(process.execPath, args, { cwd: join(import.meta.dirname, '..'), stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data
    })
  }
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  return { output: () => output, ended }
}

/** Returns the link that the servers have printed since then. */
function linkAfter(before: string): Promise<string> {
  return vi.waitFor(
    () => {
      const link = /https?:\S+\/approvals\/[\w-]{43}/.exec(servers.output().slice(before.length))?.[0]
      expect(link).toBeDefined()
      return link ?? ''
    },
    { timeout: 60_000, interval: 100 },
  )
}

const codeOf = (output: string) => /shows the code (\d{4})/.exec(output)?.[1] ?? 'no code'

function expectPaid(output: string): void {
  expect(output).toContain('The agent tries to pay 450.90 EUR: 403 {"error":"payment_not_approved"}')
  expect(output).toMatch(/The agent pays 45\.90 EUR: 201 \{.*"status":"booked"\}/)
  expect(output).toMatch(/The agent pays again, for instance after a lost answer: 200 \{.*"status":"booked"\}/)
}

test('the two commands of the README: the agent asks, a human approves this payment, and the bank books it and no other', async () => {
  const before = servers.output()
  const agent = startAgent()
  const { agent: browser, page } = await openAsUser(await linkAfter(before))
  await vi.waitFor(() => expect(page.body).toContain(codeOf(agent.output())), 30_000)
  await browser.submit(page, 'Pay 45.90 EUR')
  expect([await agent.ended, agent.output()]).toEqual([0, expect.stringContaining('Approved.')])
  expectPaid(agent.output())
})

test('the agent of a human who refuses says so, and ends with a failure', async () => {
  const before = servers.output()
  const agent = startAgent()
  const { agent: browser, page } = await openAsUser(await linkAfter(before))
  await browser.submit(page, 'Do not pay')
  expect([await agent.ended, agent.output()]).toEqual([1, expect.stringContaining('Refused. Nothing was paid.')])
})

test('only the user of the machine can read the secret of the agent', () => {
  expect(statSync(join(folder, 'agent.env')).mode & 0o077).toBe(0)
})

describe.each(chromiums)('in Chromium', (executablePath) => {
  test('a human approves in a real browser what an agent in a process of its own asks for', async () => {
    const before = servers.output()
    const agent = startAgent()
    const browser = await chromium.launch({ executablePath, args: chromiumArguments })
    try {
      const page = await browser.newPage()
      await page.goto(await linkAfter(before))
      await page.getByLabel('E-mail address').fill(demoAccount.email)
      await page.getByLabel('Password').fill(demoAccount.password)
      await press(page, 'Sign in')
      const main = (await page.getByRole('main').textContent()) ?? ''
      expect(main).toContain('Ticket to Hamburg, 4 December')
      await vi.waitFor(() => expect(main).toContain(codeOf(agent.output())), 30_000)
      await press(page, 'Pay 45.90 EUR')
      expect(await agent.ended).toBe(0)
      expectPaid(agent.output())
    } finally {
      await browser.close()
    }
  })
})
