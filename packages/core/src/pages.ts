// What pages of other packages are made of, so that they have the look and the languages of the server's own pages, and print and
// answer failures as the server does.
export type { Branding } from './contracts/branding.ts'
export { englishTexts, type PageTextName, type PageTexts } from './contracts/page-texts.ts'
export { createReport, type Report } from './host/console.ts'
export { asFetch } from './http/as-fetch.ts'
export { escapeHtml } from './http/html.ts'
export { chooseLanguage, directionOf } from './pages/language.ts'
export { policyOrigins } from './pages/security-policy.ts'
export { styleSheet } from './pages/style.ts'
export { fillText, type LanguageTexts, languageTexts, sentence } from './pages/texts.ts'
export { retryHeaders } from './policy/failure.ts'
export { networkOf } from './protocol/ip-address.ts'
