/** Lets a test hold a function of the host or a storage call, and release it later. */
export interface Gate {
  /** Makes the next call of `pass` wait. */
  arm(): void
  /** Resolves when a call of `pass` waits. */
  readonly reached: Promise<void>
  /** Releases the call that waits. */
  open(): void
  /** The held function calls this. It waits when the gate is armed. */
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
