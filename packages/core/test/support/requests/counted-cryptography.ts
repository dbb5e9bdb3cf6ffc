import { countCryptography } from './work.ts'

// A module, because it must run before the modules of the server load. Import it first.
countCryptography()
