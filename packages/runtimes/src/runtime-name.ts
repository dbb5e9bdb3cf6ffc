interface Globals {
  readonly Bun?: { readonly version: string }
  readonly Deno?: { readonly version: { readonly deno: string } }
  readonly navigator?: { readonly userAgent?: string }
  readonly process?: {
    readonly versions?: { readonly node?: string }
    readonly getBuiltinModule?: (name: string) => unknown
  }
}

const { Bun, Deno, navigator, process } = globalThis as unknown as Globals

/** What the journey really runs on, as the runtime itself says, and which cryptography the core finds there. */
export function runtimeName(): string {
  return `${name()} with ${process?.getBuiltinModule?.('node:crypto') === undefined ? 'WebCrypto' : 'node:crypto'}`
}

/** Node comes last: the others have its `process` as well. */
function name(): string {
  if (Bun !== undefined) return `bun ${Bun.version}`
  if (Deno !== undefined) return `deno ${Deno.version.deno}`
  if (navigator?.userAgent === 'Cloudflare-Workers') return 'workerd'
  return `node ${process?.versions?.node}`
}
