/**
 * The English texts of the server's own pages, by name. `{host}`, `{name}`, `{code}` and `{id}` are filled in. The option `branding`
 * replaces texts or adds languages under the same names. Code that refuses a request takes its text for the user from here
 * (`errorForUser`), and the page finds the translation by it.
 */
export const englishTexts = {
  // What the user reads when a request is refused.
  interactionIsOver:
    'this sign-in has expired or was already completed; please go back to the application and start again',
  interactionUnknown: 'This address belongs to no sign-in. Please go back to the application and start again.',
  interactionElsewhere:
    'this sign-in was started in another browser; please go back to the application and start again',
  pageAddressChanged:
    'the address of this page was changed or has expired; please go back to the application and start again',
  cannotBeCompleted: 'this sign-in cannot be completed here; please start again',
  anotherStepFirst: 'another step comes before this one; please go back to the application and start again',
  signInChanged: 'the sign-in has changed since this page was shown; please go back to the application and start again',
  noLongerSignedIn: 'you are no longer signed in; please go back to the application and start again',
  nothingSelected: 'nothing was selected; please go back and select something, or refuse',
  accessWithdrawn: 'the access was withdrawn while this request was under way; start again',
  fromAnotherSite:
    'Another site sent this request, so we stopped it to protect you. If you wanted this, please go back and try again.',
  addressNotRegistered:
    'The application asked us to send you to an address that is not registered for it. To protect you, we do not send you there. Please tell the people who make the application.',
  stillSignedIn:
    'you are still signed in: this page was shown too long ago, or the sign-in has changed since; please sign out again',
  deviceSignedOut: 'you are no longer signed in; please enter the code again',
  deviceCodeUnknown: 'This code is unknown or has expired. Please go back and compare it with the code on your device.',
  deviceTooManyCodes: 'Too many wrong codes were entered. Please wait a few minutes, and then enter the code again.',
  deviceRequestOver: 'this request of a device is over; please start again on the device',
  // What the user reads for an error code without such a text.
  errorTitle: 'This did not work',
  errorText:
    'Please go back to the application and start again. If it happens again, show this page to the people who make the application.',
  unknownApplicationTitle: 'This application cannot be used here',
  unknownApplicationText:
    'We do not know this application, or it has been switched off. Please tell the people who make it.',
  notAllowedTitle: 'The application asked for something it cannot have',
  notAllowedText: 'We stopped here, and it got nothing. Please tell the people who make the application.',
  signInTitle: 'You need to sign in',
  signInText: 'We cannot go on before you have signed in or agreed. Please go back to the application and start again.',
  strongerTitle: 'A stronger sign-in is needed',
  strongerText:
    'The application wants you to sign in in a safer way than you did, for instance with a second factor. Please go back to the application and start again.',
  deniedTitle: 'Access was not given',
  deniedText:
    'The application got no access. If you did not want that, please go back to the application and start again.',
  expiredTitle: 'This link has expired',
  expiredText: 'It can be used for a short time and only once. Please go back to the application and start again.',
  notFoundTitle: 'Page not found',
  notFoundText: 'There is no page at this address. Please check the address.',
  tooManyTitle: 'Too many attempts',
  tooManyText: 'There were too many attempts in a short time. Please wait a moment and try again.',
  failureTitle: 'Something went wrong',
  failureText: 'This is a problem on our side. Please wait a moment and try again.',
  forDeveloper: 'For the developer',
  errorCode: 'Error: {code}',
  requestId: 'Request: {id}',
  // Ways on.
  backTo: 'Back to {name}',
  home: 'Go to the start page',
  help: 'Help',
  privacy: 'Privacy',
  terms: 'Terms',
  continue: 'Continue',
  backToApplication: 'Back to the application',
  sendingBack: 'You are on your way back to the application. If nothing happens, select “Continue”.',
  // Signing out.
  signOutTitle: 'Sign out?',
  signOutQuestion: 'Do you want to sign out of {host}? If not, close this page.',
  signOutAllTheSame: 'Do you want to sign out of {host} all the same? If not, close this page.',
  signOutNext: 'You will then be sent to {host}.',
  signOut: 'Sign out',
  signedOutTitle: 'Signed out',
  signedOutText: 'You are signed out.',
  hintMissing: 'We do not know which application sent you here.',
  hintInvalid: 'We do not know which application sent you here: what it sent to prove it is not valid.',
  hintOfAnotherSession: 'The application wants to end a different session than the one in this browser.',
  clientNotAllowed: 'The application that sent you here may not sign you out by itself.',
  // It does not show the address: on this page it would look trustworthy.
  logoutAddressNotRegistered:
    'The application asked to send you to an address that is not registered. You will not be sent there.',
  // Results.
  notGivenText: 'The application gets no access. You can close this page.',
  deviceConnectedTitle: 'The device is connected',
  deviceConnectedText: 'You can close this page and go back to your device.',
  deviceRefusedTitle: 'The device was not connected',
  deviceRefusedText: 'It gets no access. You can close this page.',
} as const

/** The names of the texts on the server's own pages. */
export type PageTextName = keyof typeof englishTexts

/** All texts of the server's own pages in one language. */
export type PageTexts = { readonly [Name in PageTextName]: string }

/** The languages that the server has texts for, without the option `branding`. */
export const builtInLanguages: readonly string[] = ['en', 'de']
