/** Makes values that no well-meaning client sends, the same ones in each run. */
export interface Fuzz {
  /** A text from the list, or one of those that break parsers. */
  text(): string
  /** A JSON object as text. Its members may repeat, and be named like what every object has. */
  members(names: readonly string[]): readonly string[]
  pick<Value>(values: readonly Value[]): Value
}

const texts = [
  ...['', ' ', '\u0000', 'none', 'private_key_jwt', 'client_secret_jwt', 'authorization_code', 'client_credentials'],
  ...['code', 'native', 'openid notes:read evil "', 'https://app.example.com/cb', 'http://localhost:99999/cb'],
  ...['javascript:alert(1)', 'data:image/png;base64,AA', 'https://[::1', 'https://', 'http:', 'a:', 'HS256', 'ES256'],
  ...['__proto__', 'constructor', '\ud800', '\u202e', 'pairwise', 'https://10.0.0.1/x', 'x'.repeat(3000), '%zz', '*'],
  ...[
    'https://a@b/',
    'feed:javascript:x',
    '-1',
    '1e999',
    '[',
    '{}',
    '{"id_token":{"__proto__":null,"sub":{"values":[0]}}}',
  ],
]
const odd = [0, -1, 1e308, 1.5, true, false, null, 2 ** 53]

export function createFuzz(seed: number): Fuzz {
  let state = seed
  const random = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value
  const some = (depth: number, names: readonly string[]): unknown[] =>
    Array.from({ length: Math.floor(random() * 4) }, () => value(depth + 1, names))
  const value = (depth: number, names: readonly string[]): unknown => {
    const kind = depth > 3 ? 0 : random()
    if (kind < 0.45) return pick(texts)
    if (kind < 0.55) return pick(odd)
    if (kind < 0.8) return some(depth, names)
    if (kind < 0.9)
      return { keys: some(depth, names).map((kid) => ({ kty: pick(['RSA', 'EC', 'x']), kid, x: pick(texts) })) }
    return JSON.parse(`{${members(names, depth + 1).join(',')}}`)
  }
  const members = (names: readonly string[], depth = 0): readonly string[] =>
    Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
      return `${JSON.stringify(pick(names))}:${JSON.stringify(value(depth, names))}`
    })
  return { text: () => pick(texts), members, pick }
}
