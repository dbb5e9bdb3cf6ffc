import { readFileSync } from 'node:fs'

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[]
}

interface Profile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface Spent {
  /** Microseconds in the function itself. */
  self: number
  /** Microseconds in the function and in all functions that it calls. */
  total: number
}

/**
 * Summarises a profile: the functions with the most self time, and the parts of the code that they belong to.
 * @param microseconds processor time of one request or flow, to convert shares into time
 */
export function reportProfile(file: string, microseconds: number, limit = 25): string {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile
  const functions = new Map<string, Spent>()
  const parts = new Map<string, number>()
  let busy = 0
  for (const { stack, time } of stacks(profile)) {
    if (stack[0]?.functionName === '(idle)') continue
    busy += time
    const names = stack.map((frame, index) => nameOf(frame, stack[index + 1]))
    names.forEach((name, index) => {
      const spent = functions.get(name) ?? { self: 0, total: 0 }
      functions.set(name, spent)
      if (index === 0) spent.self += time
      if (names.indexOf(name) === index) spent.total += time
    })
    const part = partOf(stack)
    parts.set(part, (parts.get(part) ?? 0) + time)
  }
  const percent = (time: number) => `${((time / busy) * 100).toFixed(1)} %`.padStart(7)
  const each = (time: number) => `${((time / busy) * microseconds).toFixed(1)} µs`.padStart(9)
  const dearest = [...functions].sort(([, left], [, right]) => right.self - left.self).slice(0, limit)
  const byPart = [...parts].sort(([, left], [, right]) => right - left)
  return [
    '   self       each    total  function',
    ...dearest.map(([name, { self, total }]) => `${percent(self)}  ${each(self)}  ${percent(total)}  ${name}`),
    '',
    '   self       each  part',
    ...byPart.map(([name, time]) => `${percent(time)}  ${each(time)}  ${name}`),
  ].join('\n')
}

/** Each node of the tree with its stack, innermost first, and the time spent in it. */
function* stacks({ nodes, samples, timeDeltas }: Profile): Generator<{ stack: readonly CallFrame[]; time: number }> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node] as const)))
  const times = new Map<number, number>()
  samples.forEach((id, index) => {
    // Count each sample as the time until the next sample.
    times.set(id, (times.get(id) ?? 0) + (timeDeltas[index + 1] ?? 0))
  })
  for (const [id, time] of times) {
    const stack: CallFrame[] = []
    for (let node = byId.get(id); node !== undefined; node = parents.get(node.id)) stack.push(node.callFrame)
    yield { stack, time }
  }
}

function nameOf(frame: CallFrame, caller: CallFrame | undefined): string {
  const name = frame.functionName || '(anonymous)'
  if (frame.url !== '') return `${name}  ${place(frame)}`
  // A native function has a name but no location, so show its caller.
  const from =
    caller === undefined || caller.functionName === '(root)'
      ? ''
      : `  native, from ${caller.functionName || '(anonymous)'} ${place(caller)}`
  return name + from
}

function place({ url, lineNumber }: CallFrame): string {
  return `${url.replace(/^file:\/\/.*\/(node_modules\/\.pnpm\/[^/]+\/node_modules|packages)\//, '')}:${lineNumber + 1}`
}

/** Returns the part of the code to which the innermost frame with a location belongs. */
function partOf(stack: readonly CallFrame[]): string {
  const [inner] = stack
  if (inner !== undefined && /^\((garbage collector|program)\)$/.test(inner.functionName)) return inner.functionName
  const { url = '' } =
    stack.find((frame) => frame.url !== '' && !/^node:internal\/(process|async)/.test(frame.url)) ?? {}
  const package_ = /\/node_modules\/\.pnpm\/[^/]+\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]
  if (package_ !== undefined) return package_
  const own = /\/packages\/([^/]+)\/dist\/([^/]+?)(?:\.js)?(?:\/|$)/.exec(url)
  if (own !== null) return `${own[1]}: ${own[2]}`
  if (/^node:(_?http|internal\/(http|url$)|net|stream|internal\/streams|internal\/stream_base)/.test(url))
    return 'node: HTTP and sockets'
  if (url.startsWith('node:internal/crypto')) return 'node: crypto'
  if (/^node:internal\/deps\/undici/.test(url)) return 'node: fetch (undici)'
  return url === '' ? 'native' : 'node: other'
}
