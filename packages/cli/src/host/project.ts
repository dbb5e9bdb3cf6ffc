import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { CommandError, UsageError } from '../errors.ts'

/** Where the host's module and its variables are, as absolute paths. */
export interface Project {
  readonly provider: string | undefined
  readonly envFile: string | undefined
}

/** The members of `oauth` in the host's package.json; paths are relative to it. */
const memberNames = ['provider', 'envFile'] as const

/**
 * Finds the project around a directory: the nearest folder, upwards, whose package.json has the member `oauth` or that has
 * a file `oauth.config.*`.
 * @throws {CommandError} when the member `oauth` is wrong
 */
export function findProject(directory: string): Project {
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const found = readMember(folder) ?? readConfigFile(folder)
    if (found !== undefined) return found
    if (folder === dirname(folder)) return { provider: undefined, envFile: undefined }
  }
}

function readMember(folder: string): Project | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  let member: unknown
  try {
    member = (JSON.parse(readFileSync(file, 'utf8')) as { readonly oauth?: unknown }).oauth
  } catch {
    throw new CommandError(`${file} is no JSON: correct it, or name the module with --provider`)
  }
  if (member === undefined) return undefined
  const values = (member ?? {}) as Readonly<Record<string, unknown>>
  for (const [name, value] of Object.entries(values)) {
    if (!(memberNames as readonly string[]).includes(name) || typeof value !== 'string') {
      throw new CommandError(
        `${file}: oauth.${name} must be one of ${memberNames.join(', ')}, with a path as its value`,
      )
    }
  }
  const [provider, envFile] = memberNames.map((name) =>
    values[name] === undefined ? undefined : resolve(folder, String(values[name])),
  )
  return { provider, envFile }
}

function readConfigFile(folder: string): Project | undefined {
  const names = namesIn(folder).filter((name) => /^oauth\.config\.[cm]?[jt]s$/.test(name))
  const [name, another] = names.sort()
  if (name === undefined) return undefined
  if (another !== undefined) {
    throw new UsageError(`${folder} has ${names.join(' and ')}: name the one that counts with --provider.`)
  }
  return { provider: join(folder, name), envFile: undefined }
}

/** Returns the names in a folder. Folders above the project may be closed to this user. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
