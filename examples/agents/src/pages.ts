import type { LoginContext } from '@oauth/core'

// Your pages. Every text is the application's, so it is escaped.
const text = (value: string): string => value.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)

const head = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Sign in</title>
  <style>:root { color-scheme: light dark } body { font: 1rem/1.6 system-ui, sans-serif; max-width: 32rem; margin: 10vh auto;
    padding: 0 1.25rem; overflow-wrap: anywhere } input, button { font: inherit; padding: .5rem 1rem }</style>`

export const loginPage = ({ clientName }: LoginContext) => `${head}<h1>Sign in to continue to ${text(clientName)}</h1>
  <form method="post"><input name="password" type="password"> <button>Sign in</button></form>`

export const consentPage = (context: LoginContext) => `${head}<h1>${text(context.clientName)} asks for access</h1>
  <p>Nobody has checked this name. It comes from ${text(context.clientIdHost ?? 'the application itself')}.</p>
  <p>It asks for ${text(context.scopes.join(', '))} at ${text(context.resources.join(', '))}.
    You will then be sent to ${text(context.redirectHost)}.</p>
  ${context.loopbackRedirect ? 'Any program on this computer could use this name. Have you just started it?' : ''}
  <form method="post" action="${context.consentEndpoint}"><input type="hidden" name="state" value="${context.state}">
    <button name="accept" value="true">Allow</button> <button name="accept" value="false">Deny</button></form>`
