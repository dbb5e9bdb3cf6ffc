import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { boundedFetch } from '../src/outbound.ts'

const seconds = 2

test('a busy process reads an answer of the authorization server that arrived in time, before it gives up the request', async () => {
  // The server is in a thread of its own, and answers while this thread is busy. It counts requests and answers.
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
  const end = Date.now() + seconds * 1000 + 100
  const answer = boundedFetch(fetch, seconds)(`http://127.0.0.1:${port}/`, { method: 'GET', headers: {} })
  // After an immediate, the event loop calls its timers before it reads.
  while (Atomics.load(counts, 0) === 0) await new Promise((resolve) => setImmediate(resolve))
  while (Atomics.load(counts, 1) === 0 || Date.now() < end) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)
  }
  expect(await (await answer).text()).toBe('{}')
})
