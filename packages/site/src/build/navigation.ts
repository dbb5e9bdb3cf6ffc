import type { Source } from './page.ts'

/** A section of the site. */
export interface Section {
  readonly title: string
  /** One sentence for the home page. */
  readonly summary: string
  /** The files of the section, in reading order. A pattern with `*` takes all files that no other entry names. */
  readonly files: readonly string[]
}

/** The sections, in the order in which a newcomer needs them. */
export const sections: readonly Section[] = [
  {
    title: 'Start',
    summary: 'Run it, mount it, and see what it can do.',
    files: [
      'docs/getting-started.md',
      'docs/capabilities.md',
      'docs/README.md',
      'packages/*/README.md',
      'examples/*/README.md',
    ],
  },
  {
    title: 'Guides',
    summary: 'One task a page: your framework, your client, your migration.',
    files: [
      'docs/guides/README.md',
      'docs/guides/express.md',
      'docs/guides/next.md',
      'docs/guides/hono.md',
      'docs/guides/workers.md',
      'docs/custom-pages.md',
      'docs/guides/single-page-app.md',
      'docs/guides/mobile.md',
      'docs/guides/command-line.md',
      'docs/guides/machine-to-machine.md',
      'docs/guides/agents.md',
      'docs/agents.md',
      'docs/clients.md',
      'docs/protecting-an-api.md',
      'docs/step-up.md',
      'docs/logout.md',
      'docs/enterprise.md',
      'docs/guides/from-oidc-provider.md',
      'docs/guides/from-better-auth.md',
      'docs/guides/from-the-seed.md',
      'docs/guides/*.md',
    ],
  },
  {
    title: 'Concepts',
    summary: 'Hosts, clients, consent, grants, tokens, and what a feature is.',
    files: ['docs/concepts.md', 'docs/features.md', 'docs/profiles.md', 'docs/writing-a-feature.md', 'docs/*.md'],
  },
  {
    title: 'Reference',
    summary: 'Every option, method, event, error and message, made from the source.',
    files: [
      'docs/reference/README.md',
      'docs/options.md',
      'docs/reference/provider.md',
      'docs/reference/features.md',
      'docs/reference/types.md',
      'docs/reference/client-metadata.md',
      'docs/reference/events.md',
      'docs/reference/errors.md',
      'docs/reference/messages-to-clients.md',
      'docs/reference/*.md',
      'docs/cli.md',
      'docs/conformance.md',
      'docs/seed-parity.md',
    ],
  },
  {
    title: 'Operate',
    summary: 'Databases, proxies, several processes, health, and emergencies.',
    files: [
      'docs/deployment.md',
      'docs/storage.md',
      'docs/security.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
    ],
  },
  {
    title: 'Decisions',
    summary: 'Why the design is as it is, one record a question.',
    files: ['docs/decisions/README.md', 'docs/decisions/*.md'],
  },
]

/** A section with the files that it has. */
export interface FilledSection<File extends Source = Source> extends Section {
  readonly pages: readonly File[]
}

/** Puts every file into its section. Every file must be in one, so that a new page cannot be forgotten. */
export function fillSections<File extends Source>(sources: readonly File[]): readonly FilledSection<File>[] {
  const named = new Set(sections.flatMap(({ files }) => files.filter((file) => !file.includes('*'))))
  const placed = new Set<string>()
  const filled = sections.map((section) => {
    const pages = section.files.flatMap((entry) =>
      sources.filter(({ file }) => (entry.includes('*') ? !named.has(file) && matches(entry, file) : entry === file)),
    )
    for (const { file } of pages) placed.add(file)
    return { ...section, pages: [...new Set(pages)] }
  })
  const lost = sources.filter(({ file }) => !placed.has(file)).map(({ file }) => file)
  if (lost.length > 0)
    throw new Error(`${lost.join(', ')}: add it to a section in packages/site/src/build/navigation.ts`)
  return filled
}

function matches(pattern: string, file: string): boolean {
  const [before = '', after = ''] = pattern.split('*')
  return file.startsWith(before) && file.endsWith(after) && !file.slice(before.length, -after.length).includes('/')
}
