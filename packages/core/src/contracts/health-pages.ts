/** The paths of the health pages. */
export interface HealthPages {
  /** The page that answers while the process runs. Default `/healthz`. */
  readonly live?: string | undefined
  /** The page that answers whether the process can serve requests. Default `/readyz`. */
  readonly ready?: string | undefined
}
