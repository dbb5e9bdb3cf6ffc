export { createPages, type Pages } from './create-pages.ts'
export { type Attempt, type AttemptLimits, type Attempts, memoryAttempts } from './forms/attempts.ts'
export type {
  Credentials,
  DetailsView,
  LogoClient,
  NewAccount,
  PageSessions,
  PagesOptions,
  PagesProvider,
  PageUsers,
  SetCookies,
  ShownUser,
  SignInFacts,
  SignUpProblems,
  Words,
} from './options.ts'
export { type PageName, type PagePaths, type PageUrls, pageUrls } from './paths.ts'
export { type CookieSessionOptions, type CookieSessions, cookieSessions } from './sessions/cookie-sessions.ts'
export { memorySessionStore, type SessionStore, type StoredSession } from './sessions/session-store.ts'
export type { AllTexts, OwnTextName, OwnTexts } from './texts/english.ts'
