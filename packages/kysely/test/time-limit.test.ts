import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { within } from '../src/time-limit.ts'

const open: { destroy(): unknown }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.destroy()
})

/** Two ends of a real connection, of which the first one stands for the database. */
async function connection(): Promise<readonly [Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[Socket], unknown]
  open.push(socket, client, { destroy: () => server.close() })
  return [socket, client]
}

function blockFor(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test('an answer that came in time counts, though the process had no time to read it before the limit', async () => {
  const [database, client] = await connection()
  const answer = within(0.02, async () => (await once(client, 'data')).toString())
  database.write('the answer')
  blockFor(60)
  expect(await answer).toBe('the answer')
})

test('a database that does not answer is given up at the limit', async () => {
  const [, client] = await connection()
  const answer = within(0.02, async () => (await once(client, 'data')).toString())
  await expect(answer).rejects.toThrow('the database did not answer within 0.02 s')
})
