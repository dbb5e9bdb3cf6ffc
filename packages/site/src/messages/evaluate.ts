import { type Import, importsOf } from '../reference/declared.ts'
import { childrenOf, isNode, type Node, nameOf, type SourceFile } from '../reference/syntax.ts'
import {
  type Call,
  constantIn,
  findCalls,
  namedFunctions,
  namesIn,
  type Place,
  returnsOf,
  topConstant,
  withoutDefault,
} from './scope.ts'

/** Tells which texts expressions can have. */
export interface Evaluator {
  /** The texts that expressions of one place have together. A value that is not known is `<name>`. */
  together(expressions: readonly Node[], place: Place): readonly (readonly string[])[]
}

/** The values of the parameters of a function at one of its calls. */
type Values = ReadonlyMap<string, readonly string[]>

const mostVariants = 40
const deepest = 4

/** Functions whose results or parameters say too little, and would give a row of messages for each of their many values. */
const opaque: ReadonlySet<string> = new Set(['kindOf', 'parseFeatureOptions'])

/**
 * Makes an evaluator for files. It follows constants, conditions, and functions of these files: a parameter has the values
 * that the calls pass, and a call has the texts that the function returns.
 */
export function evaluator(files: readonly SourceFile[]): Evaluator {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const imports = new Map(files.map((file) => [file, importsOf(file)]))
  const functionsOf = new Map(files.map((file) => [file, namedFunctions(file)]))
  const callsOf = findCalls(files, resolveFunction)

  function resolveImport(file: SourceFile, name: string): { file: SourceFile; name: string } | undefined {
    const found: Import | undefined = imports.get(file)?.get(name)
    const from = found && byPath.get(found.from)
    return found === undefined || from === undefined ? undefined : { file: from, name: found.name }
  }

  function resolveFunction(file: SourceFile, name: string): { file: SourceFile; node: Node } | undefined {
    const own = functionsOf.get(file)?.get(name)
    if (own !== undefined) return { file, node: own }
    const imported = resolveImport(file, name)
    return imported && imported.file !== file ? resolveFunction(imported.file, imported.name) : undefined
  }

  function together(expressions: readonly Node[], place: Place, depth = 0): readonly (readonly string[])[] {
    const owner = place.functions.findLast((one) =>
      expressions.some((expression) => usesParameter(expression, one, place)),
    )
    const calls =
      owner === undefined || depth >= deepest || opaque.has(nameOf(owner.id)) ? [] : (callsOf.get(owner) ?? [])
    const rows =
      owner === undefined || calls.length === 0
        ? combine(expressions.map((one) => texts(one, place, new Map(), depth)))
        : calls.flatMap((call) => {
            const values = bind(owner, call, depth)
            return combine(expressions.map((one) => texts(one, place, values, depth)))
          })
    return [...new Map(rows.map((row) => [row.join('\0'), row])).values()].slice(0, 400)
  }

  function bind(owner: Node, { args, place }: Call, depth: number): Values {
    const values = new Map<string, readonly string[]>()
    const textsOf = (arg: Node): readonly string[] => together([arg], place, depth + 1).map(([text = '']) => text)
    for (const [index, parameter] of (owner.params as readonly Node[]).entries()) {
      const arg = args[index]
      const { pattern, otherwise } = withoutDefault(parameter)
      if (pattern.type === 'Identifier') {
        if (arg !== undefined) values.set(nameOf(pattern), textsOf(arg))
        else if (otherwise !== undefined) values.set(nameOf(pattern), textsOf(otherwise))
      }
      if (pattern.type !== 'ObjectPattern' || arg?.type !== 'ObjectExpression') continue
      const given = new Map((arg.properties as readonly Node[]).map((one) => [nameOf(one.key), one.value]))
      for (const property of (pattern.properties as readonly Node[]).filter(({ type }) => type === 'Property')) {
        const local = withoutDefault(property.value as Node)
        const value = given.get(nameOf(property.key)) ?? local.otherwise
        if (isNode(value)) values.set(nameOf(local.pattern), textsOf(value))
      }
    }
    return values
  }

  function usesParameter(expression: Node, owner: Node, place: Place): boolean {
    const names = new Set((owner.params as readonly Node[]).flatMap(namesIn))
    const uses = (node: Node, seen: ReadonlySet<string>): boolean => {
      if (node.type === 'Identifier') {
        const name = nameOf(node)
        if (names.has(name)) return true
        const init = seen.has(name) ? undefined : constantIn(name, place)
        return init !== undefined && uses(init, new Set([...seen, name]))
      }
      return childrenOf(node).some((child) => uses(child, seen))
    }
    return uses(expression, new Set())
  }

  function texts(node: Node, place: Place, values: Values, depth: number): readonly string[] {
    const again = (one: unknown): readonly string[] => (isNode(one) ? texts(one, place, values, depth) : [])
    switch (node.type) {
      case 'Literal':
        return node.value === null ? [] : [String(node.value)]
      case 'TemplateLiteral': {
        const quasis = (node.quasis as readonly Node[]).map(
          (quasi) => (quasi.value as { readonly cooked: string }).cooked,
        )
        const inner = (node.expressions as readonly Node[]).map((one) => orName(again(one), one))
        return combine(inner).map((row) => quasis.map((quasi, index) => quasi + (row[index] ?? '')).join(''))
      }
      case 'BinaryExpression': {
        if (node.operator !== '+') return []
        const [left, right] = [node.left as Node, node.right as Node]
        return combine([orName(again(left), left), orName(again(right), right)]).map((row) => row.join(''))
      }
      case 'ConditionalExpression':
        return [...again(node.consequent), ...again(node.alternate)]
      case 'LogicalExpression':
        return [...again(node.left), ...again(node.right)]
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
      case 'ParenthesizedExpression':
      case 'ChainExpression':
      case 'AwaitExpression':
        return again(node.expression ?? node.argument)
      case 'MemberExpression':
        return constantMember(node, place)
      case 'CallExpression':
        return returned(node, place, depth)
      case 'Identifier': {
        const name = nameOf(node)
        const bound = values.get(name)
        if (bound !== undefined) return bound
        if (name === 'undefined') return []
        const init = constantIn(name, place)
        if (init !== undefined) return depth > deepest ? [] : texts(init, place, values, depth + 1)
        const imported = resolveImport(place.file, name)
        const constant = imported && topConstant(imported.file, imported.name)
        return constant === undefined || imported === undefined || depth > deepest
          ? []
          : texts(constant, { file: imported.file, functions: [] }, new Map(), depth + 1)
      }
      default:
        return []
    }
  }

  /** The value of a member of a constant object, for instance `englishTexts.interactionIsOver`. */
  function constantMember(node: Node, { file }: Place): readonly string[] {
    const object = nameOf(node.object)
    const imported = resolveImport(file, object) ?? { file, name: object }
    const constant = topConstant(imported.file, imported.name)
    if (constant?.type !== 'ObjectExpression' || node.computed === true) return []
    const property = (constant.properties as readonly Node[]).find(({ key }) => nameOf(key) === nameOf(node.property))
    return isNode(property?.value)
      ? texts(property.value, { file: imported.file, functions: [] }, new Map(), deepest)
      : []
  }

  /** The texts that a function of these files returns, for instance one that says what is wrong with a URL. */
  function returned(node: Node, { file }: Place, depth: number): readonly string[] {
    const name = nameOf(node.callee)
    const found = depth >= deepest || opaque.has(name) ? undefined : resolveFunction(file, name)
    if (found === undefined) return []
    const place = { file: found.file, functions: [found.node] }
    const results: readonly Node[] = returnsOf(found.node)
    return results.flatMap((one) => texts(one, place, new Map(), depth + 1)).slice(0, mostVariants)
  }

  return { together: (expressions, place) => together(expressions, place) }
}

/** All combinations of the texts of several expressions. One without texts counts as unknown. */
function combine(columns: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return columns.reduce<readonly (readonly string[])[]>(
    (rows, column) => rows.flatMap((row) => column.map((text) => [...row, text])).slice(0, mostVariants),
    [[]],
  )
}

/** The texts of an expression within another text, or its name where they are not known. */
function orName(known: readonly string[], node: Node): readonly string[] {
  return known.length === 0 || known.length > mostVariants ? [`<${describe(node)}>`] : known
}

/** A short name for a value that is only known when the server runs. */
function describe(node: Node): string {
  if (node.type === 'MemberExpression')
    return node.computed === true ? describe(node.object as Node) : nameOf(node.property)
  if (node.type === 'CallExpression') {
    const callee = node.callee as Node
    const [first] = node.arguments as readonly Node[]
    if (callee.type === 'MemberExpression' && !/^(?:stringify|getDotPath)$/.test(nameOf(callee.property))) {
      return describe(callee.object as Node)
    }
    return first === undefined ? nameOf(callee) || 'value' : describe(first)
  }
  if (node.type === 'LogicalExpression') return describe(node.left as Node)
  if (node.type === 'AwaitExpression' || node.type === 'UnaryExpression') return describe(node.argument as Node)
  return nameOf(node) || 'value'
}
