/** Holds a function of the host's, or a call of the storage, at a place that a test picks. */
export interface Gate {
  /** From now on, the next call waits. */
  arm(): void
  /** Resolves when a call waits. */
  readonly reached: Promise<void>
  /** Lets it go on. */
  open(): void
  /** What is held calls this. */
  pass(): Promise<void>
}

export function createGate(): Gate {
  let armed = false
  let reach = (): void => undefined
  let open = (): void => undefined
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return {
    arm() {
      armed = true
    },
    reached,
    open: () => open(),
    async pass() {
      if (!armed) return
      armed = false
      reach()
      await opened
    },
  }
}
