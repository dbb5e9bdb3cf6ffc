/** A fenced block of code. */
export interface Sample {
  readonly language: string
  readonly code: string
  /** Where its code begins, counted from 1. */
  readonly line: number
}

const fence = /^```(\w*)\n([\s\S]*?)^```$/gm

export function samplesIn(markdown: string): readonly Sample[] {
  return [...markdown.matchAll(fence)].map(({ 1: language = '', 2: code = '', index }) => {
    return { language, code, line: markdown.slice(0, index).split('\n').length + 1 }
  })
}

/** Where the links of a page lead, but for those in code. */
export function linksIn(markdown: string): readonly string[] {
  const text = markdown.replace(fence, '').replace(/`[^`\n]*`/g, '')
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target)
}

/** The names that other pages can link to, as GitHub makes them from headings. */
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
