/** The paths of the pages below `basePath`. */
const names = {
  login: '/login',
  signUp: '/signup',
  accounts: '/accounts',
  consent: '/consent',
  device: '/device',
  approvals: '/approvals',
  connectedApps: '/connected-apps',
  signOut: '/logout',
} as const

/** The names of the pages. */
export type PageName = keyof typeof names

/** The path of each page. */
export type PagePaths = { readonly [Name in PageName]: string }

/** The options of `createProvider` that lead to the pages. */
export interface PageUrls {
  readonly loginUrl: string
  readonly signupUrl: string
  readonly consentUrl: string
  readonly selectAccountUrl: string
}

/** @throws {TypeError} when `basePath` is no path */
export function pagePaths(basePath: string): PagePaths {
  if (!/^(?:\/[\w.~-]+)*$/.test(basePath)) {
    throw new TypeError(`basePath: ${basePath} must be empty, or a path without a slash at the end, as /account is`)
  }
  const entries = Object.entries(names).map(([name, path]) => [name, basePath + path])
  return Object.freeze(Object.fromEntries(entries)) as PagePaths
}

/**
 * Returns the options of `createProvider` that send browsers to the pages of this package.
 * @param basePath the one of `createPages`. Default: the pages are at the root of the host
 * @throws {TypeError} when `basePath` is no path
 * @example
 * ```ts
 * createProvider({ ...pageUrls(), baseUrl, secret, storage, authentication })
 * ```
 */
export function pageUrls(basePath: string = ''): PageUrls {
  const { login, signUp, consent, accounts } = pagePaths(basePath)
  return { loginUrl: login, signupUrl: signUp, consentUrl: consent, selectAccountUrl: accounts }
}
