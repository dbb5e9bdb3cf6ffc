/** What is needed of a page of playwright-core, which is a dependency of the examples and not of this folder. */
interface Page {
  getByRole(
    role: 'button' | 'link',
    options: { readonly name: string; readonly exact?: boolean },
  ): { click(): Promise<void> }
  waitForLoadState(): Promise<void>
}

/**
 * Presses a button with this name, and waits until the page that it leads to is loaded. A click alone is done when the
 * answer begins: a key that is pressed then, or a look at the page, can meet one of which only the first lines are there.
 */
export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click()
  await page.waitForLoadState()
}

/** Follows the link with this name, and waits until its page is loaded, as {@link press} does. */
export async function follow(page: Page, name: string): Promise<void> {
  await page.getByRole('link', { name }).click()
  await page.waitForLoadState()
}
