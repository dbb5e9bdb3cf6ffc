import { html } from 'hono/html'
import { alert, type Html, type Page, parties } from '../web/layout.ts'

/** The client's page for a visitor who is not signed in. */
export function welcomeView(page: {
  apiUrl: string
  formToken: Html
  notice?: string | undefined
  error?: string | undefined
}): Page {
  return {
    party: 'client',
    title: 'Welcome',
    body: html`<h1>Notes in the margin</h1>
<p class="lead">This application has no accounts of its own. ${parties.identity.name} tells it who you are.</p>
${alert(page.error)}
${page.notice === undefined ? '' : html`<p class="notice" role="status">${page.notice}</p>`}
<form method="post" action="/client/sign-in">
${page.formToken}
<fieldset>
<legend>Access token</legend>
<label class="option"><input type="radio" name="token" value="jwt" checked>
<span>JWT, for the API<small>asks for <code>resource=${page.apiUrl}</code></small></span></label>
<label class="option"><input type="radio" name="token" value="opaque">
<span>Opaque<small>no scope of the API: good at userinfo, refused by the API</small></span></label>
</fieldset>
<button type="submit">Sign in with ${parties.identity.name}</button>
</form>`,
  }
}
