import type { ModuleExports } from './import-module.ts'

/** Milliseconds for which a database may take to close. The process ends afterwards in any case. */
const patience = 2000

/** Closes what a module of the host exports as `storage` and as `db`, as far as it can be closed. */
export async function closeExports({ storage, db }: ModuleExports): Promise<void> {
  const closing = Promise.allSettled([storage, db].map(close))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, patience)
  })
  await Promise.race([closing, late])
  clearTimeout(timer)
}

async function close(value: unknown): Promise<void> {
  const { close, destroy } = (value ?? {}) as { readonly close?: () => unknown; readonly destroy?: () => unknown }
  if (typeof close === 'function') await close.call(value)
  else if (typeof destroy === 'function') await destroy.call(value)
}
