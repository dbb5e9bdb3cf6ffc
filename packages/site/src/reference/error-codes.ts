import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportsOf, membersOf } from './declared.ts'
import { coreFolder } from './places.ts'

/** An error code with its HTTP status and the document that registers it. */
export interface ErrorCode {
  readonly code: string
  readonly status: number
  readonly standard: string
}

/** Reads the codes of the core from `errorStatus`, whose comments name the standards, and those of features. */
export function readErrorCodes(): readonly ErrorCode[] {
  const source = readFileSync(join(coreFolder, 'protocol/errors.ts'), 'utf8')
  const table = /export const errorStatus = \{\n([\s\S]*?)\n\} as const/.exec(source)?.[1] ?? ''
  let standard = ''
  const ofCore = table.split('\n').flatMap((line) => {
    const comment = /^\s*\/\/ (.*?)\.?$/.exec(line)?.[1]
    if (comment !== undefined) standard = comment
    const [, code, status] = /^\s*(\w+): (\d+),$/.exec(line) ?? []
    return code === undefined ? [] : [{ code, status: Number(status), standard }]
  })
  return [...ofCore, ...ofFeatures()]
}

function ofFeatures(): readonly ErrorCode[] {
  const codes = exportsOf(join(coreFolder, 'index.ts')).get('FeatureErrorCodes')
  if (codes === undefined) throw new Error('packages/core/src/index.ts exports no FeatureErrorCodes')
  const statuses = featureStatuses()
  return membersOf(codes).map(({ name, doc }) => {
    const status = statuses.get(name)
    if (status === undefined) throw new Error(`no feature says the status of ${name} in its errors`)
    return { code: name, status, standard: doc.text.replace(/\.$/, '').replace(/^Of /, 'of ') }
  })
}

/** The statuses that features give their codes, in `errors` of their parts. */
function featureStatuses(): ReadonlyMap<string, number> {
  const folder = join(coreFolder, 'features')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return new Map(
    files.flatMap((path) =>
      [...readFileSync(join(folder, path), 'utf8').matchAll(/\b(\w+_\w+): (4\d\d|5\d\d)\b/g)].map(
        ([, code = '', status]) => [code, Number(status)] as const,
      ),
    ),
  )
}
