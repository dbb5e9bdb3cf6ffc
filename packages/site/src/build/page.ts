/** A Markdown file of the repository that the site shows. */
export interface Source {
  /** The path of the file from the root of the repository, for instance `docs/concepts.md`. */
  readonly file: string
  /** The path of the page in the site, for instance `concepts.html`. */
  readonly path: string
}

/** A heading of a page, with the anchor that GitHub gives it. */
export interface Heading {
  readonly level: number
  readonly text: string
  readonly anchor: string
}

/** A part of a page that the search finds: the text below one heading, or one entry of a list of messages. */
export interface Passage {
  readonly anchor: string
  readonly heading: string
  readonly text: string
}

/** A page after its Markdown was read. */
export interface Page extends Source {
  readonly title: string
  /** The HTML of the page without the frame around it. */
  readonly html: string
  readonly headings: readonly Heading[]
  readonly passages: readonly Passage[]
  /** All anchors of the page: headings, and entries of lists of messages. */
  readonly anchors: ReadonlySet<string>
}
