/** The values of `prompt`, in the order in which discovery publishes them. */
export const prompts = ['login', 'consent', 'create', 'select_account', 'none'] as const

/**
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1} and
 * {@link https://openid.net/specs/openid-connect-prompt-create-1_0.html Initiating User Registration 1.0}
 */
export type Prompt = (typeof prompts)[number]

const known: ReadonlySet<string> = new Set(prompts)

/**
 * Parses a `prompt` parameter into its distinct values; `undefined` when a value is unknown or `none` is combined with
 * another.
 */
export function parsePrompt(value: string): readonly Prompt[] | undefined {
  const values = [...new Set(value.split(' ').filter((part) => part !== ''))]
  if (!values.every((part): part is Prompt => known.has(part))) return undefined
  if (values.includes('none') && values.length > 1) return undefined
  return values
}
