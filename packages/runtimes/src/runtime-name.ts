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

/** Returns the name and version that the runtime gives itself, and the cryptography that the core finds there. */
export function runtimeName(): string {
  return `${name()} with ${process?.getBuiltinModule?.('node:crypto') === undefined ? 'WebCrypto' : 'node:crypto'}`
}

/** Node must come last, because the other runtimes have its `process`, too. */
function name(): string {
  if (Bun !== undefined) return `bun ${Bun.version}`
  if (Deno !== undefined) return `deno ${Deno.version.deno}`
  if (navigator?.userAgent === 'Cloudflare-Workers') return 'workerd'
  return `node ${process?.versions?.node}`
}
