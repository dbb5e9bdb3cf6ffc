import { type Palette, paletteOf } from './colours.ts'

/** The colours of both schemes that do not depend on the host. */
export const schemes = {
  light: { ground: '#f4f5f7', card: '#fff', text: '#1b1f24', muted: '#57606a', line: '#d5d9df' },
  dark: { ground: '#14171c', card: '#1e232a', text: '#e8eaed', muted: '#a9b1bb', line: '#3a414b' },
} as const

/** Makes the style sheet of the built-in pages. Sides are logical, so that it serves languages of both directions. */
export function styleSheet({ accent, accentDark }: { readonly accent: string; readonly accentDark: string }): string {
  const { light, dark } = schemes
  return `:root{color-scheme:light dark;${variables(light, paletteOf(accent, light.card, light.text))}}
@media(prefers-color-scheme:dark){:root{${variables(dark, paletteOf(accentDark, dark.card, dark.text))}}}
*{box-sizing:border-box}
html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans","DejaVu Sans",Arial,sans-serif}
body{align-items:center;background:var(--ground);color:var(--text);display:flex;flex-direction:column;margin:0;min-height:100vh;padding:clamp(1rem,10vh,6rem) 1rem 1.5rem}
header,main,footer{inline-size:100%;max-inline-size:30rem}
header{align-items:center;display:flex;font-weight:600;gap:.75rem;margin-block-end:1rem;overflow-wrap:anywhere}
header img{block-size:2.5rem;max-inline-size:10rem;object-fit:contain}
main{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:clamp(1.25rem,5vw,2rem)}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .75rem;overflow-wrap:anywhere;text-wrap:balance}
p{margin:.75rem 0;overflow-wrap:anywhere}
form,.way{margin:1.5rem 0 0}
button{background:var(--accent);border:1px solid var(--accent);border-radius:.5rem;color:var(--on-accent);cursor:pointer;font:inherit;font-weight:600;max-inline-size:100%;min-block-size:2.75rem;padding:.5rem 1.5rem}
button:hover,a:hover{text-decoration-thickness:2px}button:hover{text-decoration:underline}
a{color:var(--link);overflow-wrap:anywhere;text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--text);outline-offset:2px}
aside{border-block-start:1px solid var(--line);color:var(--muted);font-size:.8125rem;margin-block-start:2rem;padding-block-start:.75rem}
aside h2{font-size:inherit;margin:0}
aside p{margin:.25rem 0 0}
footer{display:flex;flex-wrap:wrap;font-size:.875rem;gap:.5rem 1.5rem;margin-block-start:1rem}
footer a{color:var(--muted)}
@media(max-width:24rem){button{inline-size:100%}}`
}

function variables(scheme: (typeof schemes)['light' | 'dark'], { accent, onAccent, link }: Palette): string {
  const own = Object.entries(scheme).map(([name, value]) => `--${name}:${value}`)
  return [...own, `--accent:${accent}`, `--on-accent:${onAccent}`, `--link:${link}`].join(';')
}
