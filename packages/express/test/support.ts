import express from 'express'
// @ts-expect-error Express 4 under another name, for which there are no types.
import express4 from 'express4'

/** Express 4 and Express 5. The tested API is the same in both. */
export const majors: readonly (readonly [name: string, create: typeof express])[] = [
  ['Express 5', express],
  ['Express 4', express4 as typeof express],
]

/** Stops Express from printing every error to the terminal. */
export const answerError: express.ErrorRequestHandler = (_error, _req, res, _next) => {
  res.status(500).json({ error: 'host' })
}
