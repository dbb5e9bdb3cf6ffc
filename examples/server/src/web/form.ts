import type { Context } from 'hono'

export interface Form {
  /** Returns the text of a field, the last one of several, or `''` if the field is missing or no text. */
  get(name: string): string
  /** Returns the texts of all fields with this name, for checkboxes. */
  all(name: string): readonly string[]
}

export async function readForm(c: Context): Promise<Form> {
  // Treat a body that cannot be parsed as a form without fields, so that each page names the missing fields.
  const fields = await c.req.parseBody({ all: true }).catch(() => ({}) as Record<string, unknown>)
  const values = (name: string) => (Object.hasOwn(fields, name) ? [fields[name]].flat() : [])
  return {
    get(name) {
      const value = values(name).at(-1)
      return typeof value === 'string' ? value : ''
    },
    all: (name) => values(name).filter((value) => typeof value === 'string'),
  }
}
