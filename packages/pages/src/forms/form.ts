/** The fields of a posted form. */
export interface Form {
  /** Returns the text of a field, the last one of several, or an empty text. */
  get(name: string): string
}

/** The longest form in bytes. */
const longest = 64 * 1024

/** Reads a posted form; `undefined` for another content type and for a body that is too long. */
export async function readForm(request: Request): Promise<Form | undefined> {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
  if (type.trim().toLowerCase() !== 'application/x-www-form-urlencoded') return undefined
  const body = await readText(request)
  if (body === undefined) return undefined
  const fields = new URLSearchParams(body)
  return { get: (name) => fields.getAll(name).at(-1) ?? '' }
}

/** Reads the body, and no more of it than a form may have. */
async function readText({ body }: Request): Promise<string | undefined> {
  if (body === null) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let length = 0; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    length += value.byteLength
    if (length > longest) {
      await reader.cancel()
      return undefined
    }
    text += decoder.decode(value, { stream: true })
  }
}
