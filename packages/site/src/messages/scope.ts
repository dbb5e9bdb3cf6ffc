import { childrenOf, isNode, type Node, nameOf, type SourceFile } from '../reference/syntax.ts'

/** Where an expression is: its file, and the functions around it, the outermost first. */
export interface Place {
  readonly file: SourceFile
  readonly functions: readonly Node[]
}

/** A call of a function. */
export interface Call {
  readonly args: readonly Node[]
  readonly place: Place
}

/** Takes the default value off a parameter. */
export function withoutDefault(node: Node): { readonly pattern: Node; readonly otherwise?: Node } {
  return node.type === 'AssignmentPattern'
    ? { pattern: node.left as Node, otherwise: node.right as Node }
    : { pattern: node }
}

/** Returns the names that a parameter declares. */
export function namesIn(parameter: Node): readonly string[] {
  const { pattern } = withoutDefault(parameter)
  if (pattern.type === 'Identifier') return [nameOf(pattern)]
  if (pattern.type !== 'ObjectPattern') return []
  return (pattern.properties as readonly Node[]).flatMap(({ value }) => (isNode(value) ? namesIn(value) : []))
}

/** Returns the initial value of a constant of the innermost function that has it, or of the file. */
export function constantIn(name: string, { file, functions }: Place): Node | undefined {
  for (const one of functions.toReversed()) {
    const found = constantsIn(one).get(name)
    if (found !== undefined) return found
  }
  return topConstant(file, name)
}

const constants = new WeakMap<Node, ReadonlyMap<string, Node>>()

function constantsIn(owner: Node): ReadonlyMap<string, Node> {
  const known = constants.get(owner)
  if (known !== undefined) return known
  const found = new Map<string, Node>()
  const visit = (node: Node): void => {
    if (node.type === 'VariableDeclarator' && isNode(node.init) && nameOf(node.id) !== '')
      found.set(nameOf(node.id), node.init)
    childrenOf(node).forEach(visit)
  }
  visit(owner)
  constants.set(owner, found)
  return found
}

/** Returns the initial value of a constant of a file. */
export function topConstant(file: SourceFile, name: string): Node | undefined {
  for (const statement of file.body) {
    const declaration = isNode(statement.declaration) ? statement.declaration : statement
    if (declaration.type !== 'VariableDeclaration') continue
    for (const { id, init } of declaration.declarations as readonly Node[]) {
      if (nameOf(id) === name && isNode(init)) return unwrap(init)
    }
  }
  return undefined
}

function unwrap(node: Node): Node {
  return /^TS(?:As|Satisfies)Expression$/.test(node.type) ? unwrap(node.expression as Node) : node
}

/** The functions of a file by their names, at any depth. */
export function namedFunctions(file: SourceFile): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>()
  const visit = (node: Node): void => {
    if (node.type === 'FunctionDeclaration' && isNode(node.id)) found.set(nameOf(node.id), node)
    if (node.type === 'VariableDeclarator' && isNode(node.init) && node.init.type === 'ArrowFunctionExpression') {
      found.set(nameOf(node.id), node.init)
    }
    childrenOf(node).forEach(visit)
  }
  file.body.forEach(visit)
  return found
}

/** Returns what a function returns, without what functions in it return. */
export function returnsOf(node: Node): readonly Node[] {
  const body = node.body as Node
  if (body.type !== 'BlockStatement') return [body]
  const found: Node[] = []
  const visit = (one: Node): void => {
    if (one.type === 'ReturnStatement' && isNode(one.argument)) found.push(one.argument)
    if (!/Function/.test(one.type)) childrenOf(one).forEach(visit)
  }
  visit(body)
  return found
}

/** Finds the calls of functions, each with the place where it is. */
export function findCalls(
  files: readonly SourceFile[],
  resolve: (file: SourceFile, name: string) => { readonly node: Node } | undefined,
): ReadonlyMap<Node, readonly Call[]> {
  const calls = new Map<Node, Call[]>()
  for (const file of files) {
    const visit = (node: Node, functions: readonly Node[]): void => {
      if (node.type === 'CallExpression' && (node.callee as Node).type === 'Identifier') {
        const found = resolve(file, nameOf(node.callee))?.node
        if (found !== undefined) {
          const known = calls.get(found) ?? []
          known.push({ args: node.arguments as readonly Node[], place: { file, functions } })
          calls.set(found, known)
        }
      }
      const inside = /Function/.test(node.type) ? [...functions, node] : functions
      for (const child of childrenOf(node)) visit(child, inside)
    }
    for (const statement of file.body) visit(statement, [])
  }
  return calls
}
