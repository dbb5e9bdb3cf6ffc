import { readFileSync } from 'node:fs'
import type { Kind } from './kinds.ts'
import { suits } from './libraries.ts'
import { type Block, plain, readMarkdown } from './markdown.ts'

/** What the documentation says about one library. */
export interface LibraryGuide {
  readonly language: string
  readonly library: string
  /** An id for links to the section, for instance `python-authlib`. */
  readonly id: string
  readonly blocks: readonly Block[]
}

/** The guides of the documentation. Empty when the file is absent. */
export type Guides = readonly LibraryGuide[]

/** The file in this repository. It stands beside the example only in a checkout. */
const documentation = new URL('../../../../docs/clients.md', import.meta.url)

/** Reads `docs/clients.md` once, so that the page shows the tested samples and no copies of them. */
export function loadGuides(file: string | URL = documentation): Guides {
  try {
    return readGuides(readFileSync(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Reads the sections of a document: a heading of level 2 names a language, one of level 3 a library. */
export function readGuides(document: string): Guides {
  const guides: { language: string; library: string; id: string; blocks: Block[] }[] = []
  let language = ''
  let current: Block[] | undefined
  for (const block of readMarkdown(document)) {
    if (block.type === 'heading' && block.level <= 3) {
      const name = plain(block.text)
      current = undefined
      if (block.level < 3) language = name
      else if (language !== '') {
        current = []
        guides.push({ language, library: name, id: idOf(`${language} ${name}`), blocks: current })
      }
    } else current?.push(block.type === 'code' ? { ...block, text: withoutFileName(block.text) } : block)
  }
  return guides.filter(({ blocks }) => blocks.length > 0)
}

/** Returns the guides of those libraries that suit a kind of application. */
export function guidesFor(guides: Guides, kind: Kind): Guides {
  return guides.filter(({ library }) => suits(library, kind))
}

/** Removes a first line that only says from which file the sample is. */
function withoutFileName(code: string): string {
  const comment = /^\s*(?:#|\/\/|--|;|<!--|\/\*)\s*[\w.@[\]-]+(?:\/[\w.@[\]-]+)+\s*(?:-->|\*\/)?\s*\n/
  return code.replace(comment, '').replace(/^\n+/, '')
}

function idOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
}
