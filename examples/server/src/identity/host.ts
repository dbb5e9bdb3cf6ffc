export const requestIsOver =
  'The sign-in that an application started is over. Sign in here, then go back to the application and start again.'

/** The login page, for a visitor of the applications who comes back there. */
export const signInForApplications: string = `/login?${new URLSearchParams({ next: '/applications' })}`
