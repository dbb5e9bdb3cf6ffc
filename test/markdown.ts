/** A fenced block of code. */
export interface Sample {
  readonly language: string
  readonly code: string
  /** The line where its code begins, counted from 1. */
  readonly line: number
}

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm

export function samplesIn(markdown: string): readonly Sample[] {
  return [...markdown.matchAll(fence)].map(({ 1: language = '', 2: code = '', index }) => {
    return { language, code, line: markdown.slice(0, index).split('\n').length + 1 }
  })
}

/** Returns the targets of the links of a page, without links in code. */
export function linksIn(markdown: string): readonly string[] {
  const text = markdown.replace(fence, '').replace(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target)
}

/** Returns the anchors of a page, as GitHub makes them from headings. */
export function anchorsIn(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.replace(fence, '').matchAll(/^#+ (.+)$/gm)]
  return new Set(headings.map(([, heading = '']) => slug(heading)))
}

function slug(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}
