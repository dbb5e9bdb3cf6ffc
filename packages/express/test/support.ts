import express from 'express'
// @ts-expect-error Express 4 under another name, for which there are no types.
import express4 from 'express4'

/** Both majors; what is tested here looks the same in them. */
export const majors: readonly (readonly [name: string, create: typeof express])[] = [
  ['Express 5', express],
  ['Express 4', express4 as typeof express],
]

/** Without it Express prints every error on the terminal. */
export const answerError: express.ErrorRequestHandler = (_error, _req, res, _next) => {
  res.status(500).json({ error: 'host' })
}
