/** A documentation comment, as Markdown. */
export interface Doc {
  /** Paragraphs, each on one line. */
  readonly text: string
  readonly params: readonly { readonly name: string; readonly text: string }[]
  readonly returns: string
  readonly throws: readonly string[]
  /** The code after `@example`. */
  readonly example: string
}

/** Reads a documentation comment. */
export function readDoc(comment = ''): Doc {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
  const parts: { tag: string; lines: string[] }[] = [{ tag: '', lines: [] }]
  for (const line of lines) {
    const tag = /^\s*@(\w+) ?(.*)$/.exec(line)
    if (tag !== null && parts.at(-1)?.tag !== 'example') parts.push({ tag: tag[1] ?? '', lines: [tag[2] ?? ''] })
    else parts.at(-1)?.lines.push(line)
  }
  const all = (tag: string): readonly string[] =>
    parts.filter((part) => part.tag === tag).map((part) => prose(part.lines))
  return {
    text: all('')[0] ?? '',
    params: all('param').map((text) => {
      const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? []
      return { name, text: rest }
    }),
    returns: all('returns').join(' '),
    throws: all('throws').map((text) => text.replace(/^\{(\w+)\}/, '`$1`')),
    example: code(parts.find((part) => part.tag === 'example')?.lines ?? []),
  }
}

function prose(lines: readonly string[]): string {
  return lines
    .join('\n')
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' '))
    .join('\n\n')
    .replace(/\{@link (\S+) ([^}]+)\}/g, '[$2]($1)')
    .replace(/\{@link (\S+)\}/g, '`$1`')
}

function code(lines: readonly string[]): string {
  return lines
    .filter((line) => !line.startsWith('```'))
    .join('\n')
    .trim()
}
