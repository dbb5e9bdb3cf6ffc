import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript-5'
import type { Api, ApiEntry, ApiExport } from './api.ts'
import { opaqueTypes } from './unnamed-types.ts'

/**
 * Writes a program for each entry. It exports, without type annotations, all that a consumer can get from the entry: every
 * value, the result of every function and method, and every member of every type. To emit declarations for it, the
 * compiler must name each of these types, and may use only public entries for that.
 */
export function writeProbes(folder: string, { checker, entries }: Api): readonly string[] {
  return entries.map((entry, index) => {
    const name = `probe-${index}.ts`
    writeFileSync(join(folder, name), probe(checker, entry))
    return name
  })
}

function probe(checker: ts.TypeChecker, { specifier, exports }: ApiEntry): string {
  const lines = exports.flatMap((own) => [...valueProbes(checker, own), ...typeProbes(checker, specifier, own)])
  return `import * as entry from '${specifier}'
export { entry }
declare function answerOf<Input extends readonly unknown[], Output>(f: (...input: Input) => Output): Awaited<Output>
${lines.join('\n')}
`
}

function valueProbes(checker: ts.TypeChecker, { name, symbol }: ApiExport): readonly string[] {
  if (!(symbol.flags & ts.SymbolFlags.Value)) return []
  const value = `export const value_${name} = entry.${name}`
  const callable = checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0
  return callable ? [value, `export const answer_${name} = answerOf(entry.${name})`] : [value]
}

function typeProbes(checker: ts.TypeChecker, specifier: string, { name, symbol }: ApiExport): readonly string[] {
  if (!(symbol.flags & ts.SymbolFlags.Type) || opaqueTypes.some((opaque) => isSame(opaque, specifier, name))) return []
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  const parts = type.isUnion() ? type.types : [type]
  if (!parts.every((part) => part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return []
  const methods = type
    .getProperties()
    .filter((member) => /^\w+$/.test(member.name))
    .filter((member) => {
      const own = checker.getNonNullableType(checker.getTypeOfSymbol(member))
      // The parts of a union are exported, too, and have a probe each.
      return !own.isUnion() && own.getCallSignatures().length === 1
    })
  return [
    `declare const one_${name}: entry.${name}${typeArguments(symbol)}`,
    `export const members_${name} = { ...one_${name} }`,
    ...methods.map(
      ({ name: method }) =>
        `export const answer_${name}_${method} = answerOf(one_${name}.${method} as NonNullable<typeof one_${name}.${method}>)`,
    ),
  ]
}

function isSame(opaque: string, specifier: string, name: string): boolean {
  const [home = '', type] = opaque.split(' ')
  return type === name && (specifier === home || specifier.startsWith(`${home}/`))
}

/** Returns `any` for each type parameter, because `any` fits every constraint. */
function typeArguments(symbol: ts.Symbol): string {
  const count = Math.max(
    0,
    ...(symbol.declarations ?? []).map((declaration) =>
      ts.isInterfaceDeclaration(declaration) ||
      ts.isTypeAliasDeclaration(declaration) ||
      ts.isClassDeclaration(declaration)
        ? (declaration.typeParameters?.length ?? 0)
        : 0,
    ),
  )
  return count === 0 ? '' : `<${Array.from({ length: count }, () => 'any').join(', ')}>`
}
