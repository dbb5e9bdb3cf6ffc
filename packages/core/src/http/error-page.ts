import type { OAuthError } from '../protocol/errors.ts'
import { paragraphHtml, render } from './html.ts'

interface Message {
  readonly title: string
  readonly text: string
}

/**
 * Makes the page that shows an error to a user: what happened and what to do. The error code and its description stand
 * below, small, for the developer whom the user may ask.
 * @param description the description that clients may read
 */
export function errorPage(
  error: OAuthError,
  description: string | undefined,
  headers: Readonly<Record<string, string>>,
): Response {
  const { title, text } = messageOf(error)
  const { userText } = error.details
  const note = description !== undefined && userText !== error.description ? [sentence(description)] : []
  const details = [...note, `Error: ${error.code}`].map(paragraphHtml).join('\n')
  const body = `${paragraphHtml(userText === undefined ? text : sentence(userText))}
<aside>
<h2>Details for developers</h2>
${details}
</aside>`
  return render(error.status, title, body, headers)
}

const tryAgain = 'Please wait a moment and try again.'

const other: Message = {
  title: 'This did not work',
  text: 'Please go back to the application and start again. If it happens again, show this page to the people who make the application.',
}

const failure: Message = {
  title: 'Something went wrong',
  text: `This is a problem on our side. ${tryAgain}`,
}

const byStatus: Readonly<Record<number, Message>> = {
  404: { title: 'Page not found', text: 'There is no page at this address. Please check the address.' },
  429: { title: 'Too many attempts', text: `There were too many attempts in a short time. ${tryAgain}` },
}

/** Nobody can sign in with an application that the server does not accept, so a second attempt does not help. */
const unknownApplication: Message = {
  title: 'This application cannot be used here',
  text: 'We do not know this application, or it has been switched off. Please tell the people who make it.',
}

function messageOf({ code, status }: OAuthError): Message {
  if (code === 'invalid_client') return unknownApplication
  return byStatus[status] ?? (status >= 500 ? failure : other)
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? '' : '.')
}
