/** Lets the button in the header switch between light and dark, and remembers the choice in this browser. */
export function connectThemeSwitch(): void {
  const { documentElement } = document
  document.querySelector('[data-theme-switch]')?.addEventListener('click', () => {
    const dark =
      documentElement.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
    const next = dark === 'dark' ? 'light' : 'dark'
    documentElement.dataset.theme = next
    localStorage.setItem('theme', next)
  })
}
