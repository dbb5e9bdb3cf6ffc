import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from './page.ts'

/** The files of the root that have a page. */
const ofTheRoot: readonly Source[] = [
  { file: 'CHANGELOG.md', path: 'changelog.html' },
  { file: 'CONTRIBUTING.md', path: 'contributing.html' },
  { file: 'SECURITY.md', path: 'reporting-a-vulnerability.html' },
]

/** Returns the Markdown files that have a page: those in `docs/`, and the READMEs of published packages and of examples. */
export function findSources(root: string): readonly Source[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ file: `docs/${path}`, path: pathOfDocument(path) }))
  const readmes = [
    ...folders(root, 'packages').filter((name) => isPublished(root, name)),
    ...folders(root, 'examples'),
  ].map((folder) => ({ file: `${folder}/README.md`, path: `${folder}.html` }))
  return [...docs, ...readmes.filter(({ file }) => existsSync(join(root, file))), ...ofTheRoot].sort((one, other) =>
    one.file < other.file ? -1 : 1,
  )
}

/** A README of a folder is its index. The one of `docs/` lists all pages, because the home page is made by hand. */
function pathOfDocument(path: string): string {
  if (path === 'README.md') return 'contents.html'
  return path.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')
}

function folders(root: string, group: string): readonly string[] {
  return readdirSync(join(root, group)).map((name) => `${group}/${name}`)
}

function isPublished(root: string, folder: string): boolean {
  const manifest = join(root, folder, 'package.json')
  if (!existsSync(manifest)) return false
  const { private: isPrivate } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly private?: boolean }
  return isPrivate !== true
}
