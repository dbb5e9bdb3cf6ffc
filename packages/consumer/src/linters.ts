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

/** A pattern of `exports` may match no file while no source file begins with the part before its star. */
function isStillEmpty({ files }: Packed, subpath: string): boolean {
  const [before = ''] = subpath.replace(/^\.\//, 'src/').split('*')
  return ![...files].some((file) => file.startsWith(before))
}

/**
 * Returns the problems that arethetypeswrong finds. It ignores two ways to import a package: `node10`, which does not
 * support `exports`, and `require` from CommonJS, which gets an ES module on purpose (Node supports that since 20.19).
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
