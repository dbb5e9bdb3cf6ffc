import { join } from 'node:path'
import ts from 'typescript-5'
import type { Entry } from './entries.ts'

/** The exported names of the entries of installed packages, as the compiler sees them. */
export interface Api {
  readonly checker: ts.TypeChecker
  readonly entries: readonly ApiEntry[]
}

export interface ApiEntry {
  readonly specifier: string
  readonly exports: readonly ApiExport[]
}

export interface ApiExport {
  readonly name: string
  readonly symbol: ts.Symbol
}

/** Reads the declarations of entries that are installed in a project. */
export function readApi(folder: string, entries: readonly Entry[]): Api {
  const probe = join(folder, 'api.ts')
  const text = entries.map(({ specifier }) => `export type * from '${specifier}'`).join('\n')
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    strict: true,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const readSource = host.getSourceFile
  host.getSourceFile = (name, languageVersion, ...others) =>
    name === probe
      ? ts.createSourceFile(name, text, languageVersion, true)
      : readSource(name, languageVersion, ...others)
  const program = ts.createProgram([probe], options, host)
  const checker = program.getTypeChecker()
  const statements = program.getSourceFile(probe)?.statements.filter(ts.isExportDeclaration) ?? []
  return {
    checker,
    entries: entries.map(({ specifier }, index) => {
      const place = statements[index]?.moduleSpecifier
      const module = place === undefined ? undefined : checker.getSymbolAtLocation(place)
      if (module === undefined) throw new Error(`${specifier} is no module`)
      const exports = checker
        .getExportsOfModule(module)
        .map((symbol) => ({ name: symbol.name, symbol: originOf(checker, symbol) }))
      return { specifier, exports }
    }),
  }
}

/** Follows aliases and returns the symbol that is declared. */
export function originOf(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Returns the name of our package that declares the symbol, or `undefined` for a symbol of another package. */
export function packageOf(symbol: ts.Symbol): string | undefined {
  const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
  return /\/node_modules\/(@oauth\/[^/]+)\//.exec(file)?.[1]
}
