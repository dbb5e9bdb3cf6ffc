/** The longest `state`, in characters, that the server returns to a client. Some clients put a signed document into it. */
export const longestState = 4096
