import type { ClientRecord, ClientSecret } from '../../storage/client.ts'

/**
 * Returns the names of the members by which the stored client differs from the imported one. A secret that the client has
 * used meanwhile is the same secret.
 * @param timed whether the import says when the client was registered
 */
export function clientDifferences(stored: ClientRecord, imported: ClientRecord, timed: boolean): readonly string[] {
  const before = stored.metadata as unknown as Readonly<Record<string, unknown>>
  const after = imported.metadata as unknown as Readonly<Record<string, unknown>>
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => canonical(before[name]) !== canonical(after[name]),
  )
  const others = [
    ['disabled', stored.disabled !== imported.disabled],
    ['registered_by', stored.registeredBy !== imported.registeredBy],
    ['user_id', stored.userId !== imported.userId],
    ['reference_id', stored.referenceId !== imported.referenceId],
    ['client_id_issued_at', timed && stored.createdAt !== imported.createdAt],
    ['client_secret', !hasSecret(stored, imported.secrets[0])],
  ] as const
  return [...names.sort(), ...others.flatMap(([name, differs]) => (differs ? [name] : []))]
}

/** Whether the stored client has the imported secret as its current one. An import without a secret says nothing of it. */
function hasSecret({ secrets }: ClientRecord, wanted: ClientSecret | undefined): boolean {
  const stored = secrets.at(-1)
  if (wanted === undefined) return true
  if (stored === undefined || stored.expiresAt !== wanted.expiresAt) return false
  if (wanted.imported === undefined) return stored.hash === wanted.hash
  return canonical(stored.imported) === canonical(wanted.imported)
}

/** Writes a value of JSON with the members of its objects in the order of their names. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
        : part,
    ) ?? ''
  )
}
