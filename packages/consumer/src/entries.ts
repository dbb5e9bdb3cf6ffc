import type { Packed } from './pack.ts'

/** An entry of a package: the specifier to import, and its files. */
export interface Entry {
  readonly specifier: string
  /** The subpath in `exports`. Patterns are expanded. */
  readonly subpath: string
  readonly types: string
  readonly script: string
}

/** Returns the entries of a package. Expands the patterns of `exports`. */
export function entriesOf({ name, manifest, files }: Packed): readonly Entry[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const { types, default: script, ...others } = target as Readonly<Record<string, string>>
    if (types === undefined || script === undefined || Object.keys(others).length > 0) {
      throw new Error(`${name}: exports["${subpath}"] is not { types, default } alone`)
    }
    return fillings(subpath, script, files).map((filling) => ({
      subpath: subpath.replace('*', filling),
      specifier: name + subpath.slice(1).replace('*', filling),
      types: types.replace('*', filling).slice(2),
      script: script.replace('*', filling).slice(2),
    }))
  })
}

/** Returns the texts that the star of a pattern stands for, by the scripts in the package. */
function fillings(subpath: string, script: string, files: ReadonlySet<string>): readonly string[] {
  if (!subpath.includes('*')) return ['']
  const [before = '', after = ''] = script.slice(2).split('*')
  return [...files]
    .filter((file) => file.startsWith(before) && file.endsWith(after))
    .map((file) => file.slice(before.length, file.length - after.length))
    .filter((filling) => filling !== '' && !filling.includes('/'))
}
