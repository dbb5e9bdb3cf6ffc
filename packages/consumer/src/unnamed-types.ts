import ts from 'typescript-5'
import { type Api, originOf, packageOf } from './api.ts'

/**
 * Types that a host passes on without using their members, so that the types of the members need no public names. The
 * host passes `OAuthTables` to `Kysely` as a type parameter.
 */
export const opaqueTypes: readonly string[] = ['@oauth/kysely OAuthTables']

interface Visit {
  readonly symbol: ts.Symbol
  readonly via: string
}

/** Returns types that the public API uses and no entry exports, so that a consumer cannot name them. */
export function unnamedTypes({ checker, entries }: Api): readonly string[] {
  const named = new Set(entries.flatMap(({ exports }) => exports.map(({ symbol }) => symbol)))
  const visited = new Set<ts.Symbol>()
  const queue: Visit[] = entries.flatMap(({ specifier, exports }) =>
    exports.map(({ name, symbol }) => ({ symbol, via: `${specifier} ${name}` })),
  )
  const found: string[] = []
  for (let visit = queue.shift(); visit !== undefined; visit = queue.shift()) {
    const { symbol, via } = visit
    if (visited.has(symbol)) continue
    visited.add(symbol)
    const home = packageOf(symbol)
    if (home === undefined || opaqueTypes.includes(`${home} ${symbol.name}`)) continue
    if (!named.has(symbol) && !isValue(symbol)) found.push(`${home} ${symbol.name}, from ${via}`)
    for (const next of (symbol.declarations ?? []).flatMap((declaration) => typesIn(checker, declaration))) {
      queue.push({ symbol: next, via: `${home} ${symbol.name}` })
    }
  }
  return found
}

/** Values need no exported name: declarations reach them only by `typeof`, and the types that they use are checked. */
function isValue({ flags }: ts.Symbol): boolean {
  return (flags & (ts.SymbolFlags.Type | ts.SymbolFlags.Namespace)) === 0
}

function typesIn(checker: ts.TypeChecker, declaration: ts.Declaration): readonly ts.Symbol[] {
  const found: ts.Symbol[] = []
  const visit = (node: ts.Node): void => {
    const name = nameIn(node)
    const symbol = name === undefined ? undefined : checker.getSymbolAtLocation(name)
    const origin = symbol === undefined ? undefined : originOf(checker, symbol)
    if (origin !== undefined && !(origin.flags & ts.SymbolFlags.TypeParameter)) found.push(origin)
    ts.forEachChild(node, visit)
  }
  visit(declaration)
  return found
}

function nameIn(node: ts.Node): ts.Node | undefined {
  if (ts.isTypeReferenceNode(node)) return node.typeName
  if (ts.isExpressionWithTypeArguments(node)) return node.expression
  if (ts.isTypeQueryNode(node)) return node.exprName
  if (ts.isImportTypeNode(node)) return node.qualifier
  return undefined
}
