/** The text for a user who comes too late. */
export const interactionIsOver =
  'this sign-in has expired or was already completed; please go back to the application and start again'
