import type { Doc } from './doc-comment.ts'

/** Puts parts of a page together, without the empty ones. */
export function parts(...texts: readonly (string | undefined | false)[]): string {
  return texts.filter((text) => typeof text === 'string' && text !== '').join('\n\n')
}

/** A block of code. Its language is spelled out, because `ts` would mean a sample that must compile alone. */
export function fenced(code: string): string {
  return code === '' ? '' : `\`\`\`typescript\n${code}\n\`\`\``
}

/** Writes what a documentation comment says about a function or a member. */
export function docSection({ text, params, returns, throws, example }: Doc): string {
  const lines = [
    ...params.map((param) => `- \`${param.name}\`: ${param.text}`),
    ...(returns === '' ? [] : [`- Returns ${returns}`]),
    ...throws.map((text) => `- Throws ${text}`),
  ]
  return parts(text, lines.join('\n'), fenced(example))
}
