/**
 * How the property tests run. Without variables, each run of the tests draws the same cases.
 *
 * - `OAUTH_PROPERTY_SEED`: the seed of a failure, or any whole number for other cases.
 * - `OAUTH_PROPERTY_PATH`: the path of a failure. Then only the failing case runs.
 * - `OAUTH_PROPERTY_REPLAY`: the `replayPath` of a failure of a test with commands.
 * - `OAUTH_PROPERTY_RUNS`: a factor for the number of cases. Default: 1.
 */
const { OAUTH_PROPERTY_SEED, OAUTH_PROPERTY_PATH, OAUTH_PROPERTY_REPLAY, OAUTH_PROPERTY_RUNS } = process.env

const factor = Number(OAUTH_PROPERTY_RUNS ?? 1)
if (!(factor > 0)) throw new Error(`OAUTH_PROPERTY_RUNS=${OAUTH_PROPERTY_RUNS} must be a number above 0`)

/** The seed of this run. The titles of the property tests name it, and fast-check prints it with each failure. */
export const seed = Number(OAUTH_PROPERTY_SEED ?? 14)
if (!Number.isSafeInteger(seed)) throw new Error(`OAUTH_PROPERTY_SEED=${OAUTH_PROPERTY_SEED} must be a whole number`)

export interface PropertyRuns {
  readonly seed: number
  readonly numRuns: number
  readonly path?: string
}

/** Returns the parameters of `fc.assert` for a property that usually has so many cases. */
export function propertyRuns(usual: number): PropertyRuns {
  return {
    seed,
    numRuns: Math.max(1, Math.round(usual * factor)),
    ...(OAUTH_PROPERTY_PATH !== undefined && { path: OAUTH_PROPERTY_PATH }),
  }
}

/** The part of the parameters that replays a list of commands: `fc.commands(…, replay)`. */
export const replay: { readonly replayPath?: string } =
  OAUTH_PROPERTY_REPLAY === undefined ? {} : { replayPath: OAUTH_PROPERTY_REPLAY }

/** Milliseconds that a property test may take: more cases need more time. */
export const propertyTimeout = Math.max(180_000, 300_000 * factor)
