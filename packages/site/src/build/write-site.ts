import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'rolldown'
import { deadLinks } from './check-links.ts'
import { home, tagline } from './home.ts'
import { article, type Frame, frame, siteName } from './layout.ts'
import { linkResolver } from './links.ts'
import { renderPage } from './markdown.ts'
import { fillSections } from './navigation.ts'
import { searchIndex } from './search-index.ts'
import { findSources } from './sources.ts'

/** What the site is made of, and where it goes. */
export interface SiteOptions {
  /** The root of the repository. */
  readonly root: string
  /** The folder of the site. It is deleted first. */
  readonly target: string
  /** Where a browser sees the files of the repository, for instance `https://github.com/…/blob/main/`. Default: no links. */
  readonly repository?: string | undefined
  /** The folder of the built playground. Default: `packages/playground/dist`; when it is not there, the site has none. */
  readonly playground?: string | undefined
}

/** What was written. */
export interface Written {
  readonly pages: number
  readonly playground: boolean
}

const ownFolder = join(import.meta.dirname, '../..')

/**
 * Writes the whole site: pages, styles, scripts and the index of the search.
 * @throws {Error} when a page is in no section, or a link leads nowhere; the message has a line for each
 */
export async function writeSite({ root, target, repository, playground: built }: SiteOptions): Promise<Written> {
  const sources = findSources(root)
  const rendering = { resolve: linkResolver(sources), repository }
  const pages = sources.map((source) => renderPage(source, readFileSync(join(root, source.file), 'utf8'), rendering))
  const sections = fillSections(pages)
  rmSync(target, { recursive: true, force: true })
  const playground = copyPlayground(built ?? join(root, 'packages/playground/dist'), target)
  const site: Frame = { sections, playground }

  const written = new Map<string, string>()
  const write = (path: string, html: string): void => {
    written.set(path, html)
    mkdirSync(dirname(join(target, path)), { recursive: true })
    writeFileSync(join(target, path), html)
  }
  write('index.html', frame(site, { path: 'index.html', title: siteName, description: tagline, body: home(site) }))
  write(
    '404.html',
    frame(site, { path: '404.html', title: 'Not found', description: 'There is no such page.', body: notFound }),
  )
  for (const section of sections) {
    for (const page of section.pages) {
      const { path, title } = page
      const description = firstSentence(page.passages[0]?.text ?? '') || title
      write(path, frame(site, { path, title, description, body: article(page, section), section: section.title }))
    }
  }
  cpSync(join(ownFolder, 'assets'), join(target, 'assets'), { recursive: true })
  writeFileSync(join(target, 'assets/search.json'), searchIndex(sections))
  await bundleScripts(join(target, 'assets'))

  const dead = deadLinks(target, pages, written)
  if (dead.length > 0) throw new Error(`dead links:\n${dead.join('\n')}`)
  return { pages: written.size, playground }
}

/** Copies the playground, when it was built before. */
function copyPlayground(built: string, target: string): boolean {
  if (!existsSync(join(built, 'index.html'))) return false
  cpSync(built, join(target, 'playground'), { recursive: true })
  return true
}

async function bundleScripts(folder: string): Promise<void> {
  for (const name of ['site', 'theme']) {
    await build({
      input: join(ownFolder, `src/browser/${name}.ts`),
      platform: 'browser',
      output: { file: join(folder, `${name}.js`), format: name === 'site' ? 'esm' : 'iife', minify: true },
      logLevel: 'warn',
    })
  }
}

function firstSentence(text: string): string {
  return (/^.*?[.!?](?=\s|$)/s.exec(text.trim())?.[0] ?? '').replace(/\s+/g, ' ').slice(0, 300)
}

const notFound = `<main class="home" id="content" tabindex="-1"><section><h1>There is no such page</h1>
<p>Search for it, or begin at the <a href="index.html">home page</a>.</p></section></main>`
