import ts from 'typescript-5'
import { type Api, originOf, packageOf } from './api.ts'

/**
 * What a host passes on and never takes apart, so that its members need no public names: the tables are a parameter of
 * `Kysely`, which writes the columns of a row out.
 */
export const opaqueTypes: readonly string[] = ['@oauth/kysely OAuthTables']

interface Visit {
  readonly symbol: ts.Symbol
  readonly via: string
}

/** Types that the public API leads to and that no entry exports: a consumer could not name what it gets. */
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

/** A value is reached by `typeof` alone; what counts is what its own type leads to. */
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
