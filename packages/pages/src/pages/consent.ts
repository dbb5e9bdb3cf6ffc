import type { LoginContext } from '@oauth/core'
import type { DeviceDetails } from '@oauth/core/features/device-authorization'
import { type Html, html } from '../http/html.ts'
import { type Page, type Site, show } from '../site.ts'
import { fill } from '../texts/fill.ts'
import type { Language } from '../texts/languages.ts'
import { askedAccess } from '../views/access.ts'
import { clientLinks, clientName, logoOf, mark, unverified } from '../views/client.ts'
import { buttonTexts, detailsOf, detailsView } from '../views/details.ts'
import { userName } from '../views/user.ts'
import { afterSignIn, duePage, linkTo } from '../ways.ts'
import { overPage } from './over.ts'

/**
 * The consent page. Its form posts the answer to the provider, which checks that this browser and this session must answer for
 * consent, and that the form came from this origin.
 */
export const consentPage: Page = {
  isStep: true,
  async get(site, visit) {
    const { context, signedIn, language } = visit
    if (context === undefined) return overPage(site, visit)
    if (context.intent !== 'consent') return { location: duePage(context) }
    if (signedIn === undefined) return { location: afterSignIn(site, visit) }
    const { texts } = language
    const logo = logoOf(site, context)
    const details = detailsOf(site, context.parameters, language.tag)
    const client = clientName(context)
    const buttons = buttonTexts(details, { approve: texts.allow, refuse: texts.deny })
    const title = details.length === 0 ? texts.consentTitle : texts.consentDetailsTitle
    const another = linkTo(site.paths.login, visit, { switch: '1' })
    const body = html`<div class="client">${mark(context, logo)}<h1>${fill(title, { client })}</h1></div>
${unverified(context, language)}
<p class="who">${fill(texts.consentAccount, { user: userName(site, signedIn.user) })}
<br><small>${texts.notYou} <a href="${another}">${texts.useAnother}</a></small></p>
${detailsView(details)}
${askedAccess(site, language, context)}
${context.completion === 'device' ? onDevice(context, language) : destination(context, language)}
<form method="post" action="${context.consentEndpoint}" class="choice">
<input type="hidden" name="state" value="${context.state}">
<input type="hidden" name="claims" value="${context.claims.map(({ name }) => name).join(' ')}">
<button type="submit" name="accept" value="true">${buttons.approve}</button>
<button type="submit" name="accept" value="false" class="quiet">${buttons.refuse}</button>
</form>
${details.length === 0 ? lasting(site, context, language) : ''}
${clientLinks(context, language)}`
    const plain = title.replace('{client}', () => context.clientName)
    return show(site, visit, 200, { title: plain, body, ...(logo !== undefined && { pictures: [logo] }) })
  },
}

/** Where the answer goes: verified, unlike the name. A program on the user's machine proves nothing about itself. */
function destination(context: LoginContext, { texts }: Language): Html {
  const { redirectHost } = context
  if (redirectHost === '') return html``
  const values = { host: html`<strong><bdi>${redirectHost}</bdi></strong>`, client: clientName(context) }
  if (context.loopbackRedirect) return html`<p class="warning" role="note">${fill(texts.sentToProgram, values)}</p>`
  if (isApp(context)) return html`<p class="warning" role="note">${fill(texts.sentToApp, values)}</p>`
  return html`<p>${fill(texts.sentTo, values)}</p>`
}

/** Whether the answer goes to an app through a scheme of its own, which any app on the device can register. */
function isApp({ redirectHost }: LoginContext): boolean {
  return redirectHost.endsWith(':')
}

/** The device that gets the access. The user compares, since anybody can send a link or a code of a device of their own. */
function onDevice({ completionDetails }: LoginContext, { texts }: Language): Html {
  const { userCode = '', origin = {} } = (completionDetails ?? {}) as Partial<DeviceDetails>
  const { address, userAgent } = origin
  return html`<p>${fill(texts.deviceGets, { code: html`<strong class="code">${userCode}</strong>` })}</p>
${
  address === undefined && userAgent === undefined
    ? ''
    : html`<dl>${address === undefined ? '' : html`<div><dt>${texts.deviceAddress}</dt><dd><bdi>${address}</bdi></dd></div>`}${
        userAgent === undefined ? '' : html`<div><dt>${texts.deviceName}</dt><dd><bdi>${userAgent}</bdi></dd></div>`
      }</dl>`
}
<p class="warning" role="note">${texts.deviceWarning}</p>`
}

/**
 * How long the answer counts. That of a program on the user's machine, of an app and of a device is not remembered, unless the
 * server is set to, so the page does not promise it.
 */
function lasting({ paths }: Site, context: LoginContext, { texts }: Language): Html {
  const link = html`<a href="${paths.connectedApps}">${texts.connectedTitle}</a>`
  const isRemembered = context.completion === 'code' && !context.loopbackRedirect && !isApp(context)
  return html`<p class="aside">${fill(isRemembered ? texts.remembered : texts.takeBack, { link })}</p>`
}
