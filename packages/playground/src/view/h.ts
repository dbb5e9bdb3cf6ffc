type Child = Node | string | undefined | false | readonly Child[]

/** The attributes and listeners of an element. `undefined` and `false` leave an attribute out, `true` sets it empty. */
export interface Props {
  readonly on?: { readonly [Type in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[Type]) => void }
  readonly [attribute: string]: unknown
}

/** Makes an element. Children that are strings become text, never markup. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  const { on, ...attributes } = props
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    element.setAttribute(name, value === true ? '' : String(value))
  }
  for (const [type, listener] of Object.entries(on ?? {})) element.addEventListener(type, listener as EventListener)
  append(element, children)
  return element
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === undefined || child === false) continue
    if (typeof child === 'string' || child instanceof Node) element.append(child)
    else append(element, child)
  }
}

/** A link to another site, in a new tab. */
export function outside(href: string, text: string): HTMLAnchorElement {
  return h('a', { href, target: '_blank', rel: 'noreferrer' }, text)
}

/** A button that copies a text. It says so when it has. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const button = h('button', { type: 'button', class: 'quiet' }, label)
  const status = h('span', { class: 'unseen', role: 'status' })
  button.append(status)
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text())
      button.firstChild?.replaceWith('Copied')
      status.textContent = 'Copied to the clipboard'
    } catch {
      button.firstChild?.replaceWith('Not allowed by the browser')
    }
    setTimeout(() => button.firstChild?.replaceWith(label), 2000)
  })
  return button
}
