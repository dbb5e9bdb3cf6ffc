import fc from 'fast-check'
import { bodyOf, type Draft, type Pair } from './draft.ts'

/** A change of a request. Its positions are counted modulo what there is, so that it fits every request. */
export interface Mutation {
  /** What a failure prints. */
  readonly label: string
  apply(draft: Draft): Draft
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const long = 'x'.repeat(5000)
const oddTexts = [
  ...[
    '',
    ' ',
    '\u0000',
    '\ud800',
    '\u202e',
    '\uffff',
    '\u{1f600}',
    'ÀÉ',
    '\r\n',
    '%',
    '%zz',
    '%00',
    '+',
    '"',
    '\\',
    '*',
  ],
  ...['null', 'undefined', 'true', '0', '-1', '1e999', '[]', '{}', '["a"]', '{"a":1}', '{"__proto__":{"a":1}}', '['],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'openid openid',
    'openid  profile',
    'none',
    'S256',
    'plain',
    'code token',
  ],
  ...[
    'https://evil.test/cb',
    '//evil.test',
    'https:evil.test',
    'javascript:alert(1)',
    'http://127.0.0.1:99999/',
    'https://[::1',
  ],
  ...['https://app.example.com@evil.test/', 'https://app.example.com/callback/../evil', '/\\evil.test', 'data:,x'],
  ...['a.b.c', 'e30.e30.', 'eyJhbGciOiJub25lIn0.e30.', long],
]
/** Values as they stand in a URL or form: not all of them are valid percent-encoding of valid UTF-8. */
const rawTexts = [
  '%',
  '%zz',
  '%ff',
  '%c0%80',
  '%ed%a0%80',
  '%00',
  'a&b',
  'a;b',
  'a=b=c',
  '+',
  '%2525',
  '%u0041',
  '%0d%0a',
]
const oddText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 3 }) },
)
const oddPair = fc.oneof(
  { weight: 4, arbitrary: oddText.map((value) => ({ value })) },
  { weight: 1, arbitrary: fc.constantFrom(...rawTexts).map((value) => ({ value, raw: true })) },
)
const parameterNames = [
  ...['redirect_uri', 'scope', 'response_type', 'response_mode', 'state', 'nonce', 'resource', 'prompt', 'max_age'],
  ...['claims', 'acr_values', 'code_challenge', 'code_challenge_method', 'id_token_hint', 'login_hint', 'request'],
  ...['request_uri', 'registration', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'code'],
  ...['code_verifier', 'refresh_token', 'grant_type', 'assertion', 'subject_token', 'subject_token_type', 'audience'],
  ...['actor_token', 'requested_token_type', 'token', 'token_type_hint', 'access_token', 'post_logout_redirect_uri'],
  ...[
    'confirmation',
    'accept',
    'selected',
    'sig',
    'exp',
    'oauth_query',
    'id',
    'ui_locales',
    'display',
    '__proto__',
    '',
  ],
]

type Position = 'query' | 'form'

const change = (draft: Draft, at: Position, pairs: readonly Pair[]): Draft => ({ ...draft, [at]: pairs })

/** A change of one list of names and values. */
const onPairs = (
  label: string,
  edit: (pairs: readonly Pair[], index: number, other: number) => readonly Pair[],
): fc.Arbitrary<Mutation> =>
  fc
    .tuple(fc.constantFrom<Position>('query', 'form'), fc.nat({ max: 30 }), fc.nat({ max: 30 }))
    .map(([at, one, two]) => ({
      label: `${label} ${at} ${one} ${two}`,
      apply(draft) {
        // A request without a form has its parameters in the query, and the other way round.
        const place = draft.form === undefined ? 'query' : draft.query.length === 0 ? 'form' : at
        const pairs = draft[place] ?? []
        if (pairs.length === 0) return draft
        return change(draft, place, edit(pairs, one % pairs.length, two % pairs.length))
      },
    }))

const at = (pairs: readonly Pair[], index: number): Pair => pairs[index] as Pair

const drop = onPairs('drop', (pairs, index) => pairs.filter((_, position) => position !== index))
const repeat = onPairs('repeat', (pairs, index, other) => [
  ...pairs,
  { ...at(pairs, index), value: at(pairs, other).value },
])
const repeatSame = onPairs('repeat the same', (pairs, index) => [...pairs, at(pairs, index)])
const swap = onPairs('swap', (pairs, index, other) =>
  pairs.map((pair, position) => {
    if (position === index) return { ...pair, value: at(pairs, other).value }
    return position === other ? { ...pair, value: at(pairs, index).value } : pair
  }),
)
const jsonInPlace = onPairs('JSON in place of', (pairs, index) =>
  pairs.map((pair, position) =>
    position === index ? { ...pair, value: JSON.stringify([{ [pair.name]: pair.value }]) } : pair,
  ),
)
const inCapitals = onPairs('capitals in', (pairs, index) =>
  pairs.map((pair, position) => (position === index ? { ...pair, value: pair.value.toUpperCase() } : pair)),
)
const ends = ['x', '.evil.test', '@evil.test', '/../x', '?x=y', '#x', ' ', '%00', '\u0000', ':8443', '/']
const append = fc
  .constantFrom(...ends)
  .chain((end) =>
    onPairs(`append ${JSON.stringify(end)} to`, (pairs, index) =>
      pairs.map((pair, position) => (position === index ? { ...pair, value: pair.value + end } : pair)),
    ),
  )
const set = oddPair.chain((odd) =>
  onPairs(`set to ${JSON.stringify(odd)}:`, (pairs, index) =>
    pairs.map((pair, position) => (position === index ? { name: pair.name, ...odd } : pair)),
  ),
)
const add = fc.tuple(fc.constantFrom(...parameterNames), oddPair, fc.boolean()).map(
  ([name, odd, inQuery]): Mutation => ({
    label: `add ${name} = ${JSON.stringify(odd)}`,
    apply: (draft) =>
      draft.form === undefined || inQuery
        ? { ...draft, query: [...draft.query, { name, ...odd }] }
        : { ...draft, form: [...draft.form, { name, ...odd }] },
  }),
)

/** Values for headers: what HTTP cannot carry never reaches a server. */
const headerValues: Readonly<Record<string, readonly string[]>> = {
  'content-type': [
    ...['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x', ''],
    ...[
      'application/json; charset=utf-16',
      'application/x-www-form-urlencoded;charset=UTF-8',
      'application/jwt',
      ';',
      'a/b/c',
    ],
  ],
  authorization: [
    ...[
      '',
      'Basic',
      'Basic ',
      'Basic Og==',
      'Basic %%%',
      `Basic ${btoa('notes:wrong')}`,
      `Basic ${btoa(':')}`,
      'Bearer',
    ],
    ...[
      'Bearer ',
      'Bearer a b',
      'Bearer e30.e30.',
      'bearer x',
      'DPoP x',
      'Digest x',
      `Bearer ${long}`,
      'Bearer \u00ff',
    ],
    `Basic ${btoa('a%zz:%ff')}`,
  ],
  cookie: ['', 'session=', 'session=nobody', 'a=b; a=c', '=', ';;;', `session=${long}`, 'session="x"', 'oauth=\u00ff'],
  origin: ['null', '', 'https://evil.test', 'https://id.example.com', 'https://id.example.com.evil.test', 'a b', '*'],
  host: ['evil.test', '', 'id.example.com:443', 'a b'],
  accept: ['application/json', 'text/html', '*/*', ''],
  dpop: ['', 'x', 'e30.e30.', long],
  'key-header': ['', 'x', 'k'.repeat(43)],
  'sec-fetch-site': ['cross-site', 'same-origin', 'same-site', 'none', 'x'],
  'sec-fetch-mode': ['navigate', 'cors', 'x'],
  'sec-purpose': ['prefetch', 'x'],
  'x-forwarded-host': ['evil.test'],
  'x-forwarded-for': ['1.2.3.4, 5.6.7.8', 'x'],
  'x-http-method-override': ['DELETE'],
  'content-length': ['0', '99999999', 'x'],
  'content-encoding': ['gzip', 'x'],
  'access-control-request-method': ['POST', 'x'],
  'accept-language': ['de', '*;q=2', long],
}

const setHeader = fc
  .oneof(
    ...Object.entries(headerValues).map(([name, values]) =>
      fc.record({ name: fc.constant(name), value: fc.constantFrom(...values) }),
    ),
  )
  .chain(({ name, value }) =>
    fc.constantFrom('set', 'add').map(
      (how): Mutation => ({
        label: `${how} the header ${name}: ${value.slice(0, 60)}`,
        apply: (draft) => ({
          ...draft,
          headers: [...draft.headers.filter((one) => how === 'add' || one.name !== name), { name, value }],
        }),
      }),
    ),
  )
const dropHeader = fc.nat({ max: 6 }).map(
  (index): Mutation => ({
    label: `drop header ${index}`,
    apply: (draft) => ({
      ...draft,
      headers: draft.headers.filter((_, position) => position !== index % Math.max(draft.headers.length, 1)),
    }),
  }),
)

const method = fc
  .constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND')
  .map((name): Mutation => ({ label: `method ${name}`, apply: (draft) => ({ ...draft, method: name }) }))

const paths: Readonly<Record<string, (path: string) => string>> = {
  'a slash at the end': (path) => `${path}/`,
  'two slashes at the end': (path) => `${path}//`,
  'a double slash': (path) => path.replace('/oauth2', '//oauth2'),
  capitals: (path) => path.toUpperCase(),
  'a percent-encoded letter': (path) =>
    path.replace(/[a-z](?=[^/]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'a percent-encoded slash': (path) => path.replace('/oauth2/', '/oauth2%2f'),
  dots: (path) => `${path}/../x`,
  'encoded dots': (path) => `${path}/%2e%2e/%2e%2e`,
  'a parameter of the path': (path) => `${path};a=b`,
  'a NUL': (path) => `${path}%00`,
  more: (path) => `${path}/more`,
  less: (path) => path.slice(0, -1),
  'an invalid escape': (path) => `${path}%zz`,
  'a long path': (path) => path + long,
}
const path = fc.constantFrom(...Object.keys(paths)).map(
  (name): Mutation => ({
    label: `path with ${name}`,
    apply(draft) {
      const { origin, pathname } = new URL(draft.url)
      return { ...draft, url: origin + (paths[name] as (text: string) => string)(pathname) }
    },
  }),
)

const jsonNames = [
  'redirect_uris',
  'scope',
  'jwks',
  'metadata',
  'update',
  'client_id',
  'id',
  'scopes',
  'grant_types',
  '__proto__',
  '',
]
const jsonValue = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      null,
      null,
      true,
      0,
      -1,
      1e308,
      2 ** 53,
      '',
      [],
      {},
      [[]],
      [null],
      long,
      '\ud800',
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
)
type Edit = (object: Record<string, unknown>) => Record<string, unknown>

const edits = {
  set: (object, name, value) => ({ ...object, [name]: value }),
  drop: (object, name) => Object.fromEntries(Object.entries(object).filter(([other]) => other !== name)),
  wrap: (object, name) => ({ ...object, [name]: [object[name]] }),
  text: (object, name) => ({ ...object, [name]: JSON.stringify(object[name]) }),
} as const satisfies Record<
  string,
  (object: Record<string, unknown>, name: string, value: unknown) => Record<string, unknown>
>

/** Changes a member of the JSON body, at the top or one level below. */
const editJson = fc
  .record({
    index: fc.nat({ max: 20 }),
    inside: fc.boolean(),
    value: jsonValue,
    how: fc.constantFrom(...(Object.keys(edits) as (keyof typeof edits)[])),
  })
  .map(({ index, inside, value, how }): Mutation => {
    const edit: Edit = (object) => {
      const names = Object.keys(object)
      return names.length === 0 ? object : edits[how](object, names[index % names.length] as string, value)
    }
    return {
      label: `JSON: ${how} ${inside ? 'inside ' : ''}${index} (${JSON.stringify(value)?.slice(0, 60)})`,
      apply: ({ json, ...draft }) =>
        isObject(json) ? { ...draft, json: inside ? within(json, edit) : edit(json) } : draft,
    }
  })

/** Edits the objects that are members, or the whole when none is. */
function within(json: Record<string, unknown>, edit: Edit): Record<string, unknown> {
  if (!Object.values(json).some(isObject)) return edit(json)
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, isObject(value) ? edit(value) : value]))
}

const addJson = fc.tuple(fc.constantFrom(...jsonNames), jsonValue).map(
  ([name, value]): Mutation => ({
    label: `JSON: add ${name} (${JSON.stringify(value)?.slice(0, 60)})`,
    apply: (draft) =>
      isObject(draft.json)
        ? { ...draft, json: Object.fromEntries([...Object.entries(draft.json), [name, value]]) }
        : draft,
  }),
)

/** Bodies that are no valid text of their type. */
const bodies: Readonly<Record<string, (text: string) => string>> = {
  'cut in half': (text) => text.slice(0, text.length / 2),
  empty: () => '',
  'with each member twice': (text) =>
    text.startsWith('{') ? `{${text.slice(1, -1)},${text.slice(1)}` : `${text}&${text}`,
  'in an array': (text) => `[${text}]`,
  'as a JSON string': (text) => JSON.stringify(text),
  'very deep': () => `${'['.repeat(5000)}${']'.repeat(5000)}`,
  'very long': (text) => text + ' '.repeat(1 << 20),
  'many parameters': (text) => `${text}${'&a=b'.repeat(3000)}`,
  'with a byte order mark': (text) => `\ufeff${text}`,
}
const body = fc.constantFrom(...Object.keys(bodies)).map(
  (name): Mutation => ({
    label: `body ${name}`,
    apply: (draft) => ({ ...draft, text: (bodies[name] as (text: string) => string)(bodyOf(draft) ?? '') }),
  }),
)

/** Changes the parameters of a request, or the members of its JSON where it has JSON. */
const content = fc
  .tuple(
    fc.oneof(
      { weight: 6, arbitrary: set },
      { weight: 3, arbitrary: add },
      ...[append, drop, repeat, repeatSame, swap, jsonInPlace, inCapitals].map((arbitrary) => ({
        weight: 2,
        arbitrary,
      })),
    ),
    fc.oneof({ weight: 4, arbitrary: editJson }, { weight: 1, arbitrary: addJson }),
  )
  .map(
    ([pairs, json]): Mutation => ({
      label: `${pairs.label}, or ${json.label}`,
      apply: (draft) => (isObject(draft.json) ? json : pairs).apply(draft),
    }),
  )

const any = fc
  .oneof(
    { weight: 12, arbitrary: content },
    { weight: 1, arbitrary: add },
    { weight: 4, arbitrary: setHeader },
    ...[dropHeader, method, path, body].map((arbitrary) => ({ weight: 1, arbitrary })),
  )
  .map((mutation) => ({ ...mutation, [fc.toStringMethod]: () => mutation.label }))

/** One to three changes of a request. */
export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(any, { minLength: 1, maxLength: 3 })
