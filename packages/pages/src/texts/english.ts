import type { PageTexts } from '@oauth/core/pages'

/**
 * The English texts of the pages, by name. `{client}`, `{user}`, `{host}` and other names in braces are filled in. The option
 * `languages` replaces texts or adds languages under the same names. What the server's own pages say too (`signOut`, `help`)
 * is in `PageTexts` of `@oauth/core`.
 */
export const englishPageTexts = {
  // Signing in.
  loginTitle: 'Sign in',
  loginTo: 'You then continue to {client}',
  loginPlain: 'Sign in to your account.',
  loginAgainTitle: 'Confirm that it is you',
  loginAgain: 'You are signed in as {user}. To continue to {client}, enter your password again.',
  email: 'E-mail address',
  password: 'Password',
  loginButton: 'Sign in',
  confirmButton: 'Confirm',
  forgotPassword: 'Forgot your password?',
  noAccount: 'No account yet?',
  createAccount: 'Create an account',
  useAnother: 'Use another account',
  cancel: 'Cancel and go back to {client}',
  wrongPassword: 'No account has this e-mail address and password.',
  emailMissing: 'Enter your e-mail address.',
  passwordMissing: 'Enter your password.',
  tooManyTries: 'There were too many attempts. Please wait ten minutes and try again.',
  correctBelow: 'Please correct the fields below.',
  formRefused: 'This form has expired, or another site sent it. Please try again. Your browser must allow cookies.',
  requestOverTitle: 'This sign-in is over',
  requestOverText:
    'It took too long, was completed already, or began in another browser. Please go back to the application and start again.',
  requestOverNotice:
    'The sign-in that an application started is over. You can sign in here, and then go back to the application and start again.',
  // Signing up.
  signUpTitle: 'Create an account',
  name: 'Name',
  passwordHint: 'At least {count} characters.',
  signUpButton: 'Create account',
  haveAccount: 'Do you have an account?',
  nameMissing: 'Enter your name, in at most 200 characters.',
  emailWrong: 'Enter an e-mail address.',
  passwordLength: 'Use {count} to 200 characters.',
  emailTaken: 'There is already an account with this address.',
  // Choosing an account.
  accountsTitle: 'Choose an account',
  accountsTo: 'to continue to {client}',
  // Consent.
  consentTitle: '{client} asks for access',
  consentDetailsTitle: '{client} asks for your approval',
  consentAccount: 'It wants to use the account of {user}.',
  notYou: 'Not you?',
  asksTo: 'It asks to',
  hasAlready: 'You have already allowed it to',
  essential: '(it says that it needs this)',
  resources: 'It gets this access at',
  unverified: 'Unverified: this application registered itself. Nobody has checked its name, picture or links.',
  unverifiedDocument:
    'Unverified: this application describes itself at {host}. Nobody has checked its name, picture or links.',
  sentTo: 'You will then be sent to {host}. Allow access only if you came from there.',
  sentToProgram:
    'You will then be sent to a program on this computer ({host}). Any program here can call itself {client}. Allow it only if you have just started it yourself.',
  sentToApp:
    'You will then be sent to an app on this device that opens addresses with {host}. Allow it only if you have just started it yourself.',
  remembered: 'You will not be asked again for the same access. You can take it back at any time: {link}.',
  takeBack: 'You can take the access back at any time: {link}.',
  allow: 'Allow',
  deny: 'Deny',
  moreAbout: 'More about {client}:',
  website: 'Website',
  privacyPolicy: 'Privacy policy',
  termsOfService: 'Terms of service',
  // Devices.
  deviceTitle: 'Connect a device',
  deviceEnter: 'Enter the code that your device shows.',
  deviceCompare: 'Compare this code with the one that your device shows.',
  code: 'Code',
  codeHint: 'Only enter a code from a device that is in front of you.',
  codesSame: 'The codes are the same',
  deviceGets: 'A device gets this access. It must show this code now: {code}',
  deviceAddress: 'It asked from the address',
  deviceName: 'It calls itself',
  deviceWarning:
    'Allow it only if the device is in front of you and you have just started this yourself. Deny it if somebody sent you the code or a link.',
  // Requests through the back channel.
  approvalsTitle: 'Approvals',
  approvalsLead: 'Applications that ask {user} for something now',
  nothingWaits: 'Nothing waits for your answer.',
  askedAt: 'Asked at {time} UTC',
  bindingMessage: 'It must show you this text now: {text}',
  answerUntil: 'It asked at {time} UTC. You can answer until {until} UTC.',
  approvalWarning:
    'You have not come here from the application. Approve only what you have just asked it to do yourself.',
  approve: 'Approve',
  refuse: 'Refuse',
  approved: 'Approved. The application has its answer now.',
  refused: 'Refused. The application gets nothing.',
  nothingToAnswerTitle: 'Nothing to answer',
  nothingToAnswerText: 'This request was answered, has expired, or asks another account.',
  signInAgain: 'This needs a newer sign-in: sign out, sign in again, and come back to this page.',
  lookAgain: 'Look again',
  // Connected apps.
  connectedTitle: 'Connected apps',
  connectedLead: 'These applications can use the account of {user}.',
  noApps: 'No application has access.',
  accessSince: 'It has access since {date}. The access ends on {until} UTC.',
  accessBefore:
    'You gave it access on {date}. It has no access now. It gets access again when you sign in there, and you will not be asked.',
  lastTime: 'Last sign-in: {time} UTC.',
  offline: 'It keeps the access while you are signed out.',
  nameUnchecked: 'Nobody has checked the name of this application.',
  mayDo: 'It may',
  open: 'Open {client}',
  disconnect: 'Disconnect {client}',
  disconnectText:
    'The application loses its access to your account at once, on all devices. You may stay signed in there for a while, and it may keep what it has already read. To use your account there again, you will be asked first.',
  disconnectSure: 'Yes, disconnect {client}',
  disconnected:
    'Access is withdrawn. The application must ask you before it gets access again. It may have kept what it has already read.',
  // Signing out.
  signedInAs: 'You are signed in as {user}.',
  staySignedIn: 'Stay signed in',
  signedOutElsewhere: 'You may still be signed in to applications. Sign out there as well.',
  // What scopes allow, to complete `asksTo`.
  'scope.openid': 'Recognise you when you come back',
  'scope.profile': 'See your name and the rest of your profile',
  'scope.email': 'See your e-mail address',
  'scope.address': 'See your postal address',
  'scope.phone': 'See your telephone number',
  'scope.offline_access': 'Keep this access while you are away, until you take it back',
  unknownScope: 'Do something that this page cannot describe:',
  // Claims, likewise.
  'claim.name': 'See your name',
  'claim.given_name': 'See your given name',
  'claim.family_name': 'See your family name',
  'claim.middle_name': 'See your middle name',
  'claim.nickname': 'See your nickname',
  'claim.preferred_username': 'See your user name',
  'claim.profile': 'See the address of your profile page',
  'claim.picture': 'See your picture',
  'claim.website': 'See the address of your website',
  'claim.gender': 'See your gender',
  'claim.birthdate': 'See when you were born',
  'claim.zoneinfo': 'See your time zone',
  'claim.locale': 'See your language',
  'claim.email': 'See your e-mail address',
  'claim.email_verified': 'See whether your e-mail address was verified',
  'claim.address': 'See your postal address',
  'claim.phone_number': 'See your telephone number',
  'claim.phone_number_verified': 'See whether your telephone number was verified',
  'claim.updated_at': 'See when your account last changed',
  unknownClaim: 'See something that this page cannot describe:',
} as const

/** The names of the texts of this package. */
export type OwnTextName = keyof typeof englishPageTexts

/** The texts of this package in one language. */
export type OwnTexts = { readonly [Name in OwnTextName]: string }

/** All texts of the pages in one language: those of this package and those of the server's own pages. */
export type AllTexts = PageTexts & OwnTexts
