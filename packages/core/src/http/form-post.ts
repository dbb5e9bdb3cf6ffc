import { formHtml, scriptedPage } from './html.ts'
import { json } from './json.ts'
import { wantsJson } from './redirect.ts'

/** As old as it can be written: whatever drives a browser understands it. */
const script = 'document.forms[0].submit()'
/** The only script that the page's policy lets run; a test holds it to the script. */
const scriptHash = 'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='

/**
 * A page whose form brings the parameters to the client's redirect URI, at once or, where no script runs, by its button
 * ({@link https://openid.net/specs/oauth-v2-form-post-response-mode-1_0.html#FormPostResponseMode Form Post Response Mode section 2}).
 * A script that asked cannot show a page: it is told where to post what.
 */
export function formPost(
  request: Request,
  redirectUri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): Response {
  if (wantsJson(request)) return json(200, { redirect: false, url: redirectUri, form: parameters })
  const fields = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const form = formHtml({
    action: redirectUri,
    fields: Object.fromEntries(fields),
    button: 'Continue',
    id: 'continue',
  })
  return scriptedPage('Back to the application', `${form}\n<script>${script}</script>`, scriptHash)
}
