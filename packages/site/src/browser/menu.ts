/** Closes the list of pages where it would cover a small screen, and scrolls it to the current page where it is long. */
export function connectMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>('[data-menu]')
  if (menu === null) return
  const small = matchMedia('(max-width: 60rem)')
  const adapt = (): void => {
    menu.open = !small.matches
  }
  small.addEventListener('change', adapt)
  adapt()
  const current = menu.querySelector<HTMLElement>('[aria-current=page]')
  const column = menu.closest<HTMLElement>('nav')
  if (current !== null && column !== null && !small.matches) {
    column.scrollTop = current.offsetTop - column.clientHeight / 2
  }
}
