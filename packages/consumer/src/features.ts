import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bundle, bundle } from './bundles.ts'
import type { Entry } from './entries.ts'
import type { Project } from './install.ts'

type Strings = Readonly<Record<string, readonly string[]>>

const prefix = '@oauth/core/features/'

/** Returns the names of all features. Each has a folder. */
export function featureNames(workspace: string): readonly string[] {
  const folder = join(workspace, 'packages/core/src/features')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}

/** Returns the faults of the base bundle: modules of a feature, or words that only a feature uses. */
export function baseFaults(base: Bundle): readonly string[] {
  const modules = [...base.inputs.keys()].filter((file) => file.includes('@oauth/core/dist/features/'))
  const words = Object.entries(readStrings()).flatMap(([feature, strings]) =>
    strings.filter((text) => base.text.includes(text)).map((text) => `the base says ${text}, which is ${feature}'s`),
  )
  return [...modules.map((file) => `the base holds ${file}`), ...words]
}

/**
 * Returns the faults of a feature's bundle: no entry, no list of its words, a listed word that the bundle does not have
 * (such a word proves nothing about the base bundle), or a module of another feature.
 */
export async function featureFaults(
  project: Project,
  entries: readonly Entry[],
  feature: string,
): Promise<readonly string[]> {
  if (!entries.some(({ specifier }) => specifier === prefix + feature)) return [`${prefix}${feature} is no entry`]
  const strings = readStrings()[feature] ?? []
  if (strings.length === 0) return [`${feature} has no words in feature-strings.json`]
  const { text, inputs } = await bundle(project, `export * from '${prefix}${feature}'`)
  const others = [...inputs.keys()].filter(
    (file) => file.includes('/dist/features/') && !file.includes(`/dist/features/${feature}/`),
  )
  return [
    ...strings.filter((word) => !text.includes(word)).map((word) => `${feature} does not say ${word}`),
    ...others.map((file) => `${feature} holds ${file}`),
  ]
}

/**
 * Words that only the code of a feature uses. The names of its client metadata do not count: error texts of the base say
 * which feature brings them.
 */
function readStrings(): Strings {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../feature-strings.json'), 'utf8')) as Strings
}
