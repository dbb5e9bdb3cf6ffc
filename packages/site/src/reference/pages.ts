import { optionsPage, optionsReference } from '../../../../scripts/options-reference.ts'
import { messagePagesOf, readMessages } from '../messages/pages.ts'
import { clientMetadataPage } from './client-metadata-page.ts'
import { errorsPage } from './errors-page.ts'
import { eventsPage } from './events-page.ts'
import { featureCode, featuresPage } from './features-page.ts'
import { providerMembers, providerPage } from './provider-page.ts'
import { typesPage } from './types-page.ts'

/** Makes all generated pages, by their paths from the root of the repository. */
export function referencePages(): ReadonlyMap<string, string> {
  const messages = readMessages()
  const code = [...providerMembers().map(({ signature }) => signature), ...featureCode()]
  const pages: readonly (readonly [string, string])[] = [
    ['provider.md', providerPage()],
    ['features.md', featuresPage()],
    ['client-metadata.md', clientMetadataPage()],
    ['events.md', eventsPage()],
    ['errors.md', errorsPage(messages)],
    ...messagePagesOf(messages),
    ['types.md', typesPage(code)],
  ]
  return new Map([
    [optionsPage, optionsReference()],
    ...pages.map(([name, text]) => [`docs/reference/${name}`, text] as const),
  ])
}
