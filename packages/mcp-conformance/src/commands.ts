import { fileURLToPath } from 'node:url'

/** Node 24. The suite needs at least Node 22, the machine may have Node 20. */
export const node: string = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

/** The script of the command `conformance`. */
export const conformance: string = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'))
