/**
 * Chooses the language of a page: the first of the request's `ui_locales` that there are texts for ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}), then of the
 * browser's `Accept-Language` by weight, then the default. A tag also finds a shorter one: `de-AT` finds `de` ({@link
 * https://www.rfc-editor.org/rfc/rfc4647#section-3.4 RFC 4647 section 3.4}).
 * @param has whether there are texts for a tag in lower case
 * @returns a tag for which `has` is true, or the default: never a text of the request
 */
export function chooseLanguage(
  uiLocales: string | undefined,
  acceptLanguage: string | null,
  has: (tag: string) => boolean,
  otherwise: string,
): string {
  for (const tag of [...split(uiLocales ?? '', ' '), ...byWeight(acceptLanguage ?? '')]) {
    for (let rest = tag.toLowerCase(); rest !== ''; rest = rest.slice(0, Math.max(0, rest.lastIndexOf('-')))) {
      if (has(rest)) return rest
    }
  }
  return otherwise
}

/** No browser sends more languages, and no more characters of them are read. */
const most = 20
const longest = 255

function split(text: string, separator: string): readonly string[] {
  return text.slice(0, longest).split(separator, most)
}

/** The tags of `Accept-Language`, the preferred ones first ({@link https://www.rfc-editor.org/rfc/rfc9110#section-12.5.4 RFC 9110 section 12.5.4}). */
function byWeight(header: string): readonly string[] {
  return split(header, ',')
    .map((entry) => {
      const [tag = '', weight] = entry.split(';q=')
      return { tag: tag.trim(), weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ weight }) => weight > 0)
    .sort((left, right) => right.weight - left.weight)
    .map(({ tag }) => tag)
}

/** Languages that are written from right to left, and scripts of which the same is true. */
const rightToLeft =
  /^(?:ar|arc|ckb|dv|fa|he|ks|ps|sd|syr|ug|ur|yi)(?:-(?!latn|cyrl)|$)|-(?:arab|hebr|thaa|syrc|nkoo|adlm)(?:-|$)/i

/** Returns the direction in which a language is written. */
export function directionOf(tag: string): 'ltr' | 'rtl' {
  return rightToLeft.test(tag) ? 'rtl' : 'ltr'
}
