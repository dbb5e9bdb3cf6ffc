import { fileURLToPath } from 'node:url'

/** The folder of this package, with its manifest and templates. The sources and what is built are one level below. */
export const packageFolder: string = fileURLToPath(new URL('../', import.meta.url))
