import type { Context } from 'hono'

export interface Form {
  /** Returns the text of a field, or `''` if the field is missing or no text. */
  get(name: string): string
}

export async function readForm(c: Context): Promise<Form> {
  // Treat a body that cannot be parsed as a form without fields, so that each page names the missing fields.
  const fields = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>)
  return {
    get(name) {
      const value = fields[name]
      return typeof value === 'string' ? value : ''
    },
  }
}
