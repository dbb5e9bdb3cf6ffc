import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { entriesOf } from './entries.ts'
import { type Packed, readTarball } from './pack.ts'

/** Returns the messages of publint, including suggestions. */
export async function publintFaults(packed: Packed): Promise<readonly string[]> {
  const { messages } = await publint({ pack: { tarball: readTarball(packed).buffer }, strict: true })
  return messages
    .filter(({ code, path }) => !(code === 'EXPORTS_GLOB_NO_MATCHED_FILES' && isStillEmpty(packed, path[1] ?? '')))
    .map((message) => formatMessage(message, packed.manifest as never) ?? message.code)
}

/** A pattern may stand for nothing as long as nothing in the sources begins where it begins. */
function isStillEmpty({ files }: Packed, subpath: string): boolean {
  const [before = ''] = subpath.replace(/^\.\//, 'src/').split('*')
  return ![...files].some((file) => file.startsWith(before))
}

/**
 * What arethetypeswrong says of the ways in which a package of ES modules with `exports` can be imported. Two are left
 * out: `node10`, which knows no `exports`, and `require` from CommonJS, which gets an ES module (that is intended; Node
 * has `require` of ES modules since 20.19).
 */
export async function typeFaults(packed: Packed): Promise<readonly string[]> {
  const result = await checkPackage(createPackageFromTarballData(readTarball(packed)), {
    entrypoints: entriesOf(packed).map(({ subpath }) => subpath),
  })
  if (result.types === false) return ['there are no types']
  return result.problems.filter((problem) => !isIntended(problem)).map((problem) => JSON.stringify(problem))
}

function isIntended(problem: Problem): boolean {
  if (!('resolutionKind' in problem)) return false
  return problem.resolutionKind === 'node10' || problem.resolutionKind === 'node16-cjs'
}
