import type { Message } from '../messages/collect.ts'
import { help } from '../messages/help.ts'
import { readErrorCodes } from './error-codes.ts'
import { explanations } from './error-explanations.ts'
import { notice } from './places.ts'
import { parts } from './sections.ts'

const mostMessages = 8

/** Makes the page of error codes, each with its meaning, its reader, what to change, and some of its messages. */
export function errorsPage(messages: readonly Message[]): string {
  return `${parts(
    '# Errors',
    notice,
    'The codes of the server: `error` in JSON answers, in the query of redirect URIs, and in events. `error_description` says what is wrong; it is for developers and never shown to users as it is. The true reason, where the client must not learn it, is in the event [`request.refused`](events.md#requestrefused).',
    'Do you have a message rather than a code? Search for it, or read the messages [at the start](messages-at-the-start.md), [to clients](messages-to-clients.md), [in your code](messages-in-your-code.md), [of APIs](messages-of-apis.md) and [of the command line](messages-of-the-command-line.md).',
    ...readErrorCodes().map(({ code, status, standard }) => {
      const explanation = explanations[code]
      if (explanation === undefined) throw new Error(`${code}: say in error-explanations.ts what it means`)
      const { meaning, reader, remedy } = explanation
      const all = messages.filter((message) => message.code === code).map(({ text }) => text)
      // Those that are explained are the ones that people meet first.
      const texts = [...new Set([...all.filter((text) => help[text] !== undefined), ...all])]
      const some = texts.slice(0, mostMessages).map((text) => `\`${text.replaceAll('`', "'")}\``)
      const more =
        texts.length > mostMessages ? ` and ${texts.length - mostMessages} [more](messages-to-clients.md)` : ''
      return parts(
        `## \`${code}\``,
        `${status} · ${standard}`,
        meaning,
        `- Who reads it: ${reader}.\n- What to change: ${remedy}`,
        some.length > 0 && `Messages: ${some.join(', ')}${more}.`,
      )
    }),
  )}\n`
}
