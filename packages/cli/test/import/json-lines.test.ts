import { expect, test } from 'vitest'
import type { Entry } from '../../src/import/entry.ts'
import { readJsonLines } from '../../src/import/read/json-lines.ts'

async function* chunksOf(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks
}

async function entriesOf(...chunks: readonly (string | Uint8Array)[]): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for await (const entry of readJsonLines(chunksOf(chunks))) entries.push(entry)
  return entries
}

test('each line is one row, with its number, whatever the chunks, the ends of lines and the empty lines', async () => {
  const text = '\uFEFF{"client":{"a":"é"}}\r\n\n{"consent":{"b":1}}'
  const expected = [
    { place: 'line 1', kind: 'client', row: { a: 'é' } },
    { place: 'line 3', kind: 'consent', row: { b: 1 } },
  ]
  expect(await entriesOf(text)).toEqual(expected)
  const bytes = Buffer.from(text)
  expect(await entriesOf(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected)
})

test.each([
  ['no JSON', '{"client":{"client_secret":"hunter2"', 'is no JSON'],
  ['a row without a kind', '{"client_id":"a","client_secret":"hunter2"}', 'must be {"client": row}'],
  ['two rows', '{"client":{},"consent":{"x":"hunter2"}}', 'must be {"client": row}'],
  ['a list', '[{"client":{}}]', 'must be {"client": row}'],
  ['a row that is no object', '{"client":["hunter2"]}', 'must be {"client": row}'],
  ['another kind', '{"token":{"x":"hunter2"}}', 'must be {"client": row}'],
  ['a member that looks like a kind', '{"__proto__":{"client":{"x":"hunter2"}}}', 'must be {"client": row}'],
  ['a deep value', `{"client":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`, 'is nested too deeply'],
  ['a very deep value', `{"client":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'is nested too deeply'],
])('a line with %s is a problem that does not quote it, and the next line is read', async (_name, line, problem) => {
  const [first, second, ...more] = await entriesOf(`${line}\n{"client":{}}\n`)
  expect(first).toEqual({ place: 'line 1', problem: expect.stringContaining(problem) })
  expect(JSON.stringify(first)).not.toContain('hunter2')
  expect([second, more]).toEqual([{ place: 'line 2', kind: 'client', row: {} }, []])
})

test('a huge line is a problem of which nothing is kept, and the next line is read', async () => {
  const chunk = 'x'.repeat(100_000)
  const huge = Array.from({ length: 200 }, () => chunk)
  const entries = await entriesOf('{"client":{"a":"', ...huge, '"}}\n{"client":{}}')
  expect(entries).toEqual([
    { place: 'line 1', problem: 'is longer than 1048576 bytes' },
    { place: 'line 2', kind: 'client', row: {} },
  ])
})
