import { html } from '../http/html.ts'
import { type Page, show } from '../site.ts'
import { field } from '../views/fields.ts'

/**
 * The page on which the user enters the code that a device shows: `verificationUri` of the feature `deviceAuthorization`. Its
 * form posts to the provider, which leads through login and consent to the result. A code in the address comes from a link:
 * the user compares it, and only the button uses it.
 */
export const devicePage: Page = {
  isStep: false,
  async get(site, visit) {
    const { texts } = visit.language
    const given = visit.query.get('user_code')?.slice(0, 20)
    const body = html`<h1>${texts.deviceTitle}</h1>
<p class="lead">${given === undefined ? texts.deviceEnter : texts.deviceCompare}</p>
<form method="post" action="${site.provider.issuer}/oauth2/device">
${field({
  ...{ name: 'user_code', label: texts.code, type: 'text', autocomplete: 'off', hint: texts.codeHint },
  ...{ value: given, autofocus: given === undefined },
})}
<p><button type="submit" class="wide">${given === undefined ? texts.continue : texts.codesSame}</button></p>
</form>`
    return show(site, visit, 200, { title: texts.deviceTitle, body })
  },
}
