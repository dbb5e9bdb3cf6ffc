import { childrenOf, isNode, type Node, nameOf, parseFile, type SourceFile } from '../reference/syntax.ts'
import { type Evaluator, evaluator } from './evaluate.ts'

/** A text of an error that somebody can read. */
export interface Message {
  /** The text; a value that it contains is written as `<name>`. */
  readonly text: string
  /** The error class: `OAuthError`, `TypeError`, … `option` is a text that follows the name of a wrong option or member,
   * `reason` one that only events and `provider.ready()` have. */
  readonly kind: string
  /** The code of an `OAuthError` or `ResourceError`. */
  readonly code?: string | undefined
  /** The path of the file. */
  readonly file: string
  /** Whether the text is the `cause` of another error, which only events and logs show. */
  readonly isCause: boolean
}

/** The classes whose second argument is the text, after a code. */
const coded: ReadonlySet<string> = new Set(['OAuthError', 'errorForUser', 'ResourceError'])
/** Members whose text is the true reason of a refusal, or says what to do: of events, of errors, of `provider.ready()`. */
const reasons: ReadonlySet<string> = new Set(['cause', 'reason', 'problem'])
const plain: ReadonlySet<string> = new Set([
  'TypeError',
  'Error',
  'StorageUnavailableError',
  'UsageError',
  'CommandError',
])

/** Collects the texts of all errors in files. The same text of one class is there once for each code. */
export function collectMessages(paths: readonly string[]): readonly Message[] {
  const files = paths.map(parseFile)
  const values = evaluator(files)
  const found = new Map<string, Message>()
  for (const file of files) {
    const visit = (node: Node, functions: readonly Node[], isCause: boolean): void => {
      for (const message of messagesOf(file, node, functions, values)) {
        const key = [message.kind, message.code, message.text].join('\0')
        if (!found.has(key)) found.set(key, { ...message, isCause })
      }
      const inside = isFunction(node) ? [...functions, node] : functions
      const below = isCause || (node.type === 'Property' && nameOf(node.key) === 'cause')
      for (const child of childrenOf(node)) visit(child, inside, below)
    }
    for (const statement of file.body) visit(statement, [], false)
  }
  return [...found.values()]
}

function isFunction({ type }: Node): boolean {
  return /^(?:FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type)
}

function messagesOf(
  file: SourceFile,
  node: Node,
  functions: readonly Node[],
  values: Evaluator,
): readonly Omit<Message, 'isCause'>[] {
  if (node.type === 'Property' && reasons.has(nameOf(node.key)) && isNode(node.value)) {
    const texts = values.together([node.value], { file, functions }).map(([text = '']) => text)
    return texts
      .filter((text) => isText(text) && / /.test(text))
      .map((text) => ({ text, kind: 'reason', file: file.path }))
  }
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return []
  const callee = node.callee as Node
  const args = node.arguments as readonly Node[]
  const kind = nameOf(callee)
  if (node.type === 'CallExpression' && kind !== 'errorForUser') return ofSchema(file, callee, args)
  const place = { file, functions }
  if (coded.has(kind)) {
    const [code, description] = args
    if (code === undefined || description === undefined) return []
    const text = kind === 'ResourceError' ? memberOf(description, 'description') : description
    if (text === undefined) return []
    return values.together([code, text], place).flatMap(([one = '', message = '']) => {
      if (!isText(message)) return []
      const known = one.includes('<') ? undefined : one
      return [{ text: message, kind: kind === 'errorForUser' ? 'OAuthError' : kind, code: known, file: file.path }]
    })
  }
  const [first] = args
  if (!plain.has(kind) || first === undefined) return []
  return values
    .together([first], place)
    .flatMap(([message = '']) => (isText(message) ? [{ text: message, kind, file: file.path }] : []))
}

/** Whether a text says something beside the values in it. */
function isText(message: string): boolean {
  return message.trim() === message && /[a-zA-Z]{2}/.test(message.replace(/<[^<>]*>/g, ''))
}

function memberOf(node: Node, name: string): Node | undefined {
  if (node.type !== 'ObjectExpression') return undefined
  const property = (node.properties as readonly Node[]).find(({ key }) => nameOf(key) === name)
  return isNode(property?.value) ? property.value : undefined
}

/** Returns the text of a check of a schema (valibot), which completes "option name: ". */
function ofSchema(file: SourceFile, callee: Node, args: readonly Node[]): readonly Omit<Message, 'isCause'>[] {
  const last = args.at(-1)
  const isCheck =
    callee.type === 'MemberExpression' && nameOf(callee.object) === 'v' && nameOf(callee.property) !== 'literal'
  if (!isCheck || last?.type !== 'Literal' || typeof last.value !== 'string') return []
  return / /.test(last.value) ? [{ text: last.value, kind: 'option', file: file.path }] : []
}
