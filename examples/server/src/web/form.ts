import type { Context } from 'hono'

export interface Form {
  /** The field's text, `''` when it is missing or not a text. */
  get(name: string): string
}

export async function readForm(c: Context): Promise<Form> {
  // A body that cannot be parsed is a form without fields: each page says what it misses.
  const fields = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>)
  return {
    get(name) {
      const value = fields[name]
      return typeof value === 'string' ? value : ''
    },
  }
}
