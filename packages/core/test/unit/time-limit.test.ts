import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { withinSeconds } from '../../src/host/deadline.ts'
import { createOutbound } from '../../src/http/outbound.ts'

const seconds = 2

/** A server in a thread of its own, which answers while this thread is busy. It counts requests and answers. */
async function startServer() {
  const counts = new Int32Array(new SharedArrayBuffer(8))
  const program = `
    const { parentPort, workerData: counts } = require('node:worker_threads')
    const server = require('node:http').createServer((request, response) => {
      Atomics.add(counts, 0, 1)
      setTimeout(() => response.end('{}', () => setTimeout(() => Atomics.add(counts, 1, 1), 50)), 50)
    })
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`
  const worker = new Worker(program, { eval: true, workerData: counts })
  onTestFinished(async () => void (await worker.terminate()))
  const port = await new Promise<number>((resolve) => worker.once('message', resolve))
  return { url: `http://127.0.0.1:${port}/`, counts }
}

/** Keeps this thread busy from the moment the server has the request until it has answered and the time is over. */
async function stayBusy(counts: Int32Array): Promise<void> {
  // After an immediate, the event loop calls its timers before it reads.
  const end = Date.now() + seconds * 1000 + 100
  while (Atomics.load(counts, 0) === 0) await new Promise((resolve) => setImmediate(resolve))
  while (Atomics.load(counts, 1) === 0 || Date.now() < end)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
}

test('a busy process reads an answer that arrived in time, before it gives up a request of its own', async () => {
  const { url, counts } = await startServer()
  const answer = createOutbound({ allowPrivate: true, timeout: seconds })(url)
  const [{ text }] = await Promise.all([answer, stayBusy(counts)])
  expect(text).toBe('{}')
})

test('a busy process reads an answer that arrived in time, before it gives up a function of the host', async () => {
  const { url, counts } = await startServer()
  const answer = withinSeconds('sign', seconds, async (signal) => (await fetch(url, { signal })).status)
  const [status] = await Promise.all([answer, stayBusy(counts)])
  expect(status).toBe(200)
})
