import { describe, expect, test } from 'vitest'
import { readSources, type SourceFile, stripped } from '../support/source.ts'

const sources = readSources()

/** Returns `path: line` of every match in the code of the files, without the excused paths. */
function find(pattern: RegExp, excused: (file: SourceFile) => boolean = () => false): readonly string[] {
  return sources
    .filter((file) => !excused(file))
    .flatMap(({ path, code }) =>
      code
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    )
}

const only =
  (...paths: readonly string[]) =>
  (file: SourceFile): boolean =>
    paths.includes(file.path)

/** Whether the file declares the name itself, so that the name is not the global one. */
function declares({ code }: SourceFile, name: string): boolean {
  return new RegExp(`\\b(?:const|let|function|class)\\s+${name}\\b|[({,]\\s*${name}\\s*[,:})]`).test(code)
}

describe('the platform', () => {
  test('the search for platform globals skips comments, strings and templates, and finds code', () => {
    const insert = ['$', '{process.env.X}'].join('')
    const text = `// process\n/* Buffer */ a('process' + \`Buffer ${insert} } window\` + /process'/.source)\nx(b)`
    expect(stripped(text).trim()).toBe(`a('' + \`${insert}\` + /./.source)\nx(b)`)
  })

  /** The files that look for APIs that only some platforms have, without importing them. */
  const platforms = ['crypto/platform.ts', 'http/platform.ts', 'node/platform.ts']

  test('no file but platform.ts of crypto/, http/ and node/ imports or names a node: module', () => {
    const wrong = sources.filter(
      ({ path, text, imports }) =>
        !platforms.includes(path) &&
        (imports.some((specifier) => specifier.startsWith('node:')) ||
          /['"`]node:/.test(text) ||
          /\brequire\(/.test(text)),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })

  const nodeGlobals = [
    'process',
    'Buffer',
    '__dirname',
    '__filename',
    'setImmediate',
    'clearImmediate',
    'global',
    'require',
    'module',
  ]
  test.each(nodeGlobals)('no file but platform.ts of crypto/, http/ and node/ uses %s of Node', (name) => {
    // `declare module` only adds to types.
    const use = new RegExp(`(?<![.\\w$])(?<!\\bdeclare )${name}\\b(?!\\s*\\??:)`)
    expect(find(use, (file) => platforms.includes(file.path) || declares(file, name))).toEqual([])
  })

  test('no file but platform.ts of crypto/, http/ and node/ uses globalThis', () => {
    expect(find(/\bglobalThis\b/, only(...platforms))).toEqual([])
  })

  const pageGlobals = [
    ...['window', 'document', 'localStorage', 'sessionStorage', 'navigator', 'XMLHttpRequest', 'alert', 'self'],
    ...['indexedDB', 'HTMLElement', 'DOMParser', 'FileReader', 'history'],
  ]
  test.each(pageGlobals)('no file uses %s of a web page', (name) => {
    expect(find(new RegExp(`(?<![.\\w$])${name}\\b(?!\\s*\\??:)`), (file) => declares(file, name))).toEqual([])
  })

  test('no file uses a timer, only host/console.ts and host/log-writer.ts use the console, and only http/outbound.ts uses fetch', () => {
    expect(find(/(?<![.\w$])(?:setTimeout|setInterval|eval|Function)\b\s*[.(]/)).toEqual([])
    expect(find(/(?<![.\w$])console\b/)).toEqual([
      'host/console.ts: console.error(text)',
      'host/log-writer.ts: console.error(lines)',
    ])
    const fetches = find(/(?<![.\w$])fetch\(/, (file) => /async fetch\(/.test(file.code))
    expect(fetches).toEqual(['http/outbound.ts: const send: OutboundFetch = own ?? ((url, init) => fetch(url, init))'])
  })
})

describe('determinism', () => {
  test('no file reads the time but through the clock', () => {
    expect(find(/\bDate\.now\b/, only('contracts/clock.ts'))).toEqual([])
    // jose takes the current time as a Date, and a log shows it as a text.
    expect(find(/\bnew Date\b/, only('keys/hs256.ts', 'host/console-logger.ts'))).toEqual([])
    expect(find(/\bperformance\b/, only('contracts/clock.ts'))).toEqual([])
  })

  test('no file makes randomness but through its port', () => {
    expect(find(/\bMath\.random\b|\brandomUUID\b/)).toEqual([])
    expect(find(/\bgetRandomValues\b/, only('crypto/random.ts'))).toEqual([])
    expect(find(/\brandomBytes\b/, only('crypto/random.ts', 'crypto/seal.ts', 'host/ports.ts'))).toEqual([])
  })
})

describe('the shape of the sources', () => {
  test('no file has more than 300 lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length - 1 > 300).map(({ path }) => path)
    expect(long).toEqual([])
  })

  test('no file has an enum, namespace, decorator or default export', () => {
    expect(find(/^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s/)).toEqual([])
    expect(find(/^\s*(?:export\s+)?(?:declare\s+)?namespace\s/)).toEqual([])
    expect(find(/^\s*@\w+/)).toEqual([])
    expect(find(/^\s*export default\b/)).toEqual([])
  })

  test('every class is an error', () => {
    const classes = find(/(?<![.\w$])class\s+\w+/)
    expect(classes.filter((line) => !/class \w+Error extends \w*Error\b/.test(line))).toEqual([])
    expect(classes.length).toBe(2)
  })

  test('only the four index files and the entries for features, Node and pages re-export', () => {
    const barrels = sources.filter(({ code }) => /^export\s+(?:type\s+)?(?:\*|\{[^}]*\})\s+from\b/m.test(code))
    expect(barrels.map(({ path }) => path)).toEqual(
      [
        'feature.ts',
        'index.ts',
        'memory/index.ts',
        'node.ts',
        'pages.ts',
        'tenants/index.ts',
        'testing/index.ts',
      ].filter((path) => barrels.some((one) => one.path === path)),
    )
    // An interface that features widen is found by `declare module` only when its file is exported whole.
    const index = sources.find(({ path }) => path === 'index.ts')?.text ?? ''
    expect([...index.matchAll(/^export \* from '(.*)'$/gm)].map(([, file]) => file)).toEqual([
      './contracts/feature-events.ts',
      './protocol/feature-client-metadata.ts',
      './protocol/feature-error-codes.ts',
    ])
    expect(find(/^export\s+(?:type\s+)?\*/, only('index.ts'))).toEqual([])
    expect(sources.filter(({ path }) => path.endsWith('index.ts')).map(({ path }) => path)).toEqual([
      'index.ts',
      'memory/index.ts',
      'tenants/index.ts',
      'testing/index.ts',
    ])
  })

  test('no state hangs on a request or on the context from outside', () => {
    expect(find(/WeakMap<(?:Request|Context|Core)\b/)).toEqual([])
  })

  test('one file, beside those that put the server together, asks whether there are signing keys', () => {
    const places = ['policy/client-support.ts', 'metadata/documents.ts', 'contracts/config.ts', 'config/policies.ts']
    expect(find(/\bjwtDisabled\b/, only(...places, 'server/built-in.ts', 'server/context.ts'))).toEqual([])
  })

  test('no file uses any or suppresses a type error', () => {
    expect(find(/:\s*any\b|\bas any\b|<any>/)).toEqual([])
    expect(
      sources.filter(({ text }) => /@ts-(?:ignore|expect-error|nocheck)/.test(text)).map(({ path }) => path),
    ).toEqual([])
  })
})

describe('responses', () => {
  test('only http/ makes a Response', () => {
    expect(find(/\bnew Response\b|\bResponse\.(?:json|redirect|error)\b/, ({ folder }) => folder === 'http')).toEqual(
      [],
    )
  })

  test('only http/error-response.ts and pages/error-page.ts turn an error into a response', () => {
    expect(find(/(?<!function )\berrorPage\(/, only('server/dispatch.ts'))).toEqual([])
    // All other JSON responses have the status 200, or 201 when the server created something.
    expect(find(/(?<!function )\bjson\((?!20[01]\b)/, only('http/error-response.ts'))).toEqual([])
    expect(
      find(
        /\berrorResponse\(/,
        only('http/error-response.ts', 'server/dispatch.ts', 'provider.ts', 'tenants/create-tenants.ts'),
      ),
    ).toEqual([])
    const members = find(/\berror_description\b/, only('http/error-response.ts'))
    // A challenge names the error as well (RFC 6750 section 3).
    expect(members.filter((line) => !/formatChallenge\(/.test(line))).toEqual([])
  })

  test('no endpoint answers with an error status: it throws', () => {
    const wrong = find(
      /\bstatus:\s*[45]\d\d\b/,
      ({ folder, code }) => folder !== 'endpoints' || /new OAuthError\(|errorForUser\(/.test(code),
    )
    expect(wrong).toEqual([])
  })
})

describe('the endpoint table', () => {
  const literals = sources.flatMap(({ path, text }) => {
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    return [...code.matchAll(/['"`}](\/(?:oauth2\/[\w/-]+|admin\/[\w/-]+|jwks|\.well-known\/[\w-]+))/g)].map(
      (match) => ({
        path,
        literal: match[1] as string,
      }),
    )
  })

  test('every endpoint path is written only once', () => {
    const places = group(literals)
    const repeated = Object.fromEntries([...places].filter(([, paths]) => paths.length > 1))
    expect(repeated).toEqual({})
    expect(places.size).toBeGreaterThanOrEqual(10)
  })
})

function group(
  literals: readonly { readonly path: string; readonly literal: string }[],
): ReadonlyMap<string, readonly string[]> {
  const places = new Map<string, string[]>()
  for (const { literal, path } of literals) places.set(literal, [...(places.get(literal) ?? []), path])
  return places
}
