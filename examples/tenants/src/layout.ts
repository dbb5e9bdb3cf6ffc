const style = `
:root { color-scheme: light dark; --accent: #3b5bdb; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f4f5f7, #16181c);
  color: light-dark(#1c1e21, #e8eaed); font: 1rem/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(26rem, 100vw - 2rem); margin: 1rem; padding: 2rem; border-radius: .75rem;
  background: light-dark(#fff, #22252b); border-top: .3rem solid var(--accent); box-shadow: 0 1px 3px #0003; }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; } p { margin: 0 0 1.25rem; }
.actions { display: grid; gap: .6rem; } form { display: contents; }
a.button, button { display: block; padding: .65rem 1rem; border: 1px solid var(--accent); border-radius: .5rem; background: var(--accent);
  color: #fff; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
button.quiet { background: none; color: inherit; border-color: light-dark(#c4c8cf, #4a4f58); }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1.25rem; }
dt { color: light-dark(#5f6570, #a5abb5); } dd { margin: 0; overflow-wrap: anywhere; }`

/** Escapes a text for HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** Makes a page. `title` is text, `content` is HTML. */
export function page(title: string, content: string, { status = 200, colour = '' } = {}): Response {
  const accent = colour === '' ? '' : `<style>:root { --accent: ${colour}; }</style>`
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>`
  const html = `<!doctype html><html lang="en"><head>${head}<style>${style}</style>${accent}</head>
<body><main><h1>${escapeHtml(title)}</h1>${content}</main></body></html>`
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  }
  return new Response(html, { status, headers })
}

export const notFound = (): Response => page('Not found', '<p>There is no such page.</p>', { status: 404 })

export function redirect(location: string, cookie?: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location, ...(cookie !== undefined && { 'set-cookie': cookie }) },
  })
}
