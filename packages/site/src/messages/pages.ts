import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { explanations } from '../reference/error-explanations.ts'
import { notice, packagesFolder } from '../reference/places.ts'
import { parts } from '../reference/sections.ts'
import { collectMessages, type Message } from './collect.ts'
import { help } from './help.ts'
import { apiLogTopics, apiTopics, commandTopics } from './outer-topics.ts'
import { clientTopics, codeTopics, startTopics, type Topic } from './topics.ts'

/** The packages whose errors operators and developers of clients meet. */
const packages = ['core', 'kysely', 'express', 'hono', 'next', 'pages', 'redis', 'resource-server', 'cli']

/** Collects the messages of the published packages, without those of the tests for storages. */
export function readMessages(): readonly Message[] {
  const files = packages.flatMap((name) => {
    const folder = join(packagesFolder, name, 'src')
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.startsWith('testing'))
      .map((path) => join(folder, path))
  })
  return collectMessages(files.sort())
}

/** A page of messages: its title, an introduction, and which messages it has. */
interface MessagePage {
  readonly file: string
  readonly title: string
  readonly introduction: string
  readonly topics: readonly Topic[]
  readonly has: (message: Message, path: string) => boolean
}

const startPaths =
  /^(?:core\/src\/(?:config|server|presets|contracts)\/|core\/src\/assertions\/trust|core\/src\/external-keys\/(?:options|public-key)|core\/src\/features\/(?:[^/]+\/(?:options|entries|attesters|profile|origin|access-token-rules|[a-z-]*)\.ts)|kysely\/src\/(?:index|dialect|schema)\.ts|resource-server\/|redis\/|pages\/src\/(?:check-options|paths|sessions))/
const answerPaths =
  /(?:decision|check-details|parameter|host-answer|client-certificate|response-jwt|begin|access-token-decision|actor-members|id-jag-policy|push|notify|proved)\.ts$/

/** Whether the error is thrown while the server is put together, before it serves anything. */
function isAtStart({ kind, isCause }: Message, path: string): boolean {
  if (kind === 'option') return !path.startsWith('core/src/clients/')
  return kind === 'TypeError' && !isCause && startPaths.test(path) && !answerPaths.test(path)
}

const messagePages: readonly MessagePage[] = [
  {
    file: 'messages-at-the-start.md',
    title: 'Messages at the start',
    introduction:
      'What `createProvider`, features, storages and APIs throw when their options are wrong, as a `TypeError`. The server has not served anything yet.',
    topics: startTopics,
    has: isAtStart,
  },
  {
    file: 'messages-to-clients.md',
    title: 'Messages to clients',
    introduction:
      'The `error_description` of every error of the protocol, with its [code](errors.md). They are for the developer of the client; users see pages with plain words.',
    topics: clientTopics,
    has: ({ kind }, path) => kind === 'OAuthError' || (kind === 'option' && path.startsWith('core/src/clients/')),
  },
  {
    file: 'messages-in-your-code.md',
    title: 'Messages in your code and logs',
    introduction: 'What your own code meets while the server runs: errors that calls throw, and the `cause` of events.',
    topics: codeTopics,
    has: (message, path) =>
      !/^(?:cli|resource-server)\//.test(path) &&
      message.kind !== 'OAuthError' &&
      message.kind !== 'option' &&
      !isAtStart(message, path),
  },
  {
    file: 'messages-of-apis.md',
    title: 'Messages of APIs',
    introduction:
      'What an API that is protected by `@oauth/resource-server` tells its clients, and its log. The messages of its options are [at the start](messages-at-the-start.md#apis).',
    topics: [...apiTopics, ...apiLogTopics],
    has: (message, path) => path.startsWith('resource-server/') && !isAtStart(message, path),
  },
  {
    file: 'messages-of-the-command-line.md',
    title: 'Messages of the command line',
    introduction:
      'What `oauth` prints before it ends with the exit code 1 or 2. Errors of the server itself appear as they are; search for them.',
    topics: commandTopics,
    has: (_message, path) => path.startsWith('cli/'),
  },
]

/** Makes the pages of messages, by their file names. */
export function messagePagesOf(messages: readonly Message[]): ReadonlyMap<string, string> {
  return new Map(messagePages.map((page) => [page.file, pageOf(page, messages)]))
}

function pageOf({ title, introduction, topics, has, file }: MessagePage, messages: readonly Message[]): string {
  const groups = new Map<Topic, Message[]>(topics.map((topic) => [topic, []]))
  for (const message of messages) {
    const path = relative(packagesFolder, message.file)
    if (!has(message, path)) continue
    const isReason = message.isCause || message.kind === 'reason' || path.startsWith('core/src/policy/')
    const candidates = topics.filter((topic) =>
      apiTopics.includes(topic) ? message.kind === 'ResourceError' : topic.reasons !== true || isReason,
    )
    candidates.sort((one, other) => (isReason ? Number(other.reasons === true) - Number(one.reasons === true) : 0))
    const topic = candidates.find(({ paths }) => paths.some((beginning) => path.startsWith(beginning)))
    if (topic === undefined) throw new Error(`${file}: put ${path} into a topic, for "${message.text}"`)
    groups.get(topic)?.push(message)
  }
  return `${parts(
    `# ${title}`,
    notice,
    introduction,
    'A word in angle brackets stands for a value. Search for the words around it.',
    ...[...groups]
      .filter(([, found]) => found.length > 0)
      .map(([topic, found]) => parts(`## ${topic.title}`, topic.help, merge(found).join('\n'))),
  )}\n`
}

/** Writes one line for each text, with all its codes, in the order of the alphabet. */
function merge(messages: readonly Message[]): readonly string[] {
  const codes = new Map<string, Set<string>>()
  for (const { text, code } of messages) {
    const known = codes.get(text) ?? new Set()
    if (code !== undefined) known.add(code)
    codes.set(text, known)
  }
  return [...codes]
    .sort(([one], [other]) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1))
    .map(([text, own]) => {
      const links = [...own].map((code) => (code in explanations ? `[${code}](errors.md#${code})` : code)).join(', ')
      // Two backticks and a space, where the text itself has or begins with one.
      const [open, close] = text.includes('`') ? ['`` ', ' ``'] : ['`', '`']
      return `- ${open}${text}${close}${links === '' ? '' : ` · ${links}`}${help[text] === undefined ? '' : `<br>${help[text]}`}`
    })
}
