/** What the reader may switch. Each makes a new server. */
export interface Switches {
  /** The format of access tokens. */
  readonly format: 'jwt' | 'opaque'
  /** The algorithm of JWT access tokens and ID tokens. */
  readonly algorithm: 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'ML-DSA-44'
  /** Seconds that an authorization code lives. */
  readonly codeTtl: number
  /** Seconds that an access token lives. */
  readonly tokenTtl: number
  /** Seconds for which an old refresh token still gets its successor. */
  readonly reuseWindow: number
  readonly par: boolean
  readonly dpop: boolean
  readonly jarm: boolean
  readonly jar: boolean
  readonly pairwise: boolean
  readonly consent: boolean
  readonly scopeClaims: boolean
}

export type SwitchName = keyof Switches

export const defaults: Switches = {
  format: 'jwt',
  algorithm: 'RS256',
  codeTtl: 60,
  tokenTtl: 3600,
  reuseWindow: 30,
  par: false,
  dpop: false,
  jarm: false,
  jar: false,
  pairwise: false,
  consent: true,
  scopeClaims: true,
}

/** How a switch is shown. A switch with choices is a list, one with a unit a number, and all others are on or off. */
export interface SwitchFacts {
  readonly label: string
  readonly hint: string
  readonly choices?: readonly string[]
  readonly unit?: string
}

export const switchFacts: { readonly [Name in SwitchName]: SwitchFacts } = {
  format: { label: 'Access tokens', hint: 'JWTs for one API, or opaque ones', choices: ['jwt', 'opaque'] },
  algorithm: {
    label: 'Signatures',
    hint: 'of JWT access tokens and ID tokens',
    choices: ['RS256', 'PS256', 'ES256', 'EdDSA', 'ML-DSA-44'],
  },
  codeTtl: { label: 'Code lifetime', hint: 'authorizationCodeTtlSeconds', unit: 's' },
  tokenTtl: { label: 'Token lifetime', hint: 'accessTokenTtlSeconds', unit: 's' },
  reuseWindow: { label: 'Reuse window', hint: 'refreshTokenReuseWindowSeconds', unit: 's' },
  par: { label: 'Pushed requests', hint: 'required for every client' },
  dpop: { label: 'DPoP', hint: 'tokens bound to a key, required' },
  jarm: { label: 'JARM', hint: 'signed responses, required' },
  jar: { label: 'JAR', hint: 'signed requests, required' },
  pairwise: { label: 'Pairwise subjects', hint: 'another sub for each app' },
  consent: { label: 'Ask for consent', hint: 'off: the app is trusted' },
  scopeClaims: { label: 'Claims in ID tokens', hint: 'name and e-mail, not at userinfo alone' },
}

/** Writes the switches that differ from `base`, for the address of the page. */
export function writeSwitches(switches: Switches, base: Switches): URLSearchParams {
  const changed = (Object.keys(defaults) as SwitchName[]).filter((name) => switches[name] !== base[name])
  return new URLSearchParams(changed.map((name) => [name, String(switches[name])]))
}

/** Reads switches from the address of the page. Whatever is no switch, or no value of one, is ignored. */
export function readSwitches(written: URLSearchParams, base: Switches): Switches {
  const read = Object.keys(defaults).flatMap((name) => {
    const text = written.get(name)
    if (text === null) return []
    const value = readValue(name as SwitchName, text)
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...base, ...Object.fromEntries(read) }
}

function readValue(name: SwitchName, text: string): string | number | boolean | undefined {
  const { choices, unit } = switchFacts[name]
  if (choices !== undefined) return choices.includes(text) ? text : undefined
  if (unit !== undefined) return /^-?\d{1,12}$/.test(text) ? Number(text) : undefined
  return text === 'true' || text === 'false' ? text === 'true' : undefined
}
