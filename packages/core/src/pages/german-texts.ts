import type { PageTexts } from '../contracts/page-texts.ts'

/** The German texts of the server's own pages. */
export const germanTexts: PageTexts = {
  interactionIsOver:
    'Diese Anmeldung ist abgelaufen oder wurde schon abgeschlossen. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  interactionUnknown:
    'Diese Adresse gehört zu keiner Anmeldung. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  interactionElsewhere:
    'Diese Anmeldung wurde in einem anderen Browser begonnen. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  pageAddressChanged:
    'Die Adresse dieser Seite wurde verändert oder ist abgelaufen. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  cannotBeCompleted: 'Diese Anmeldung kann hier nicht abgeschlossen werden. Bitte beginnen Sie noch einmal.',
  anotherStepFirst:
    'Vor diesem Schritt kommt ein anderer. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  signInChanged:
    'Die Anmeldung hat sich geändert, seit diese Seite angezeigt wurde. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  noLongerSignedIn:
    'Sie sind nicht mehr angemeldet. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  nothingSelected: 'Es wurde nichts ausgewählt. Bitte gehen Sie zurück und wählen Sie etwas aus, oder lehnen Sie ab.',
  accessWithdrawn: 'Der Zugriff wurde zurückgezogen, während diese Anfrage noch lief. Bitte beginnen Sie noch einmal.',
  fromAnotherSite:
    'Eine andere Website hat diese Anfrage geschickt. Zu Ihrem Schutz haben wir sie angehalten. Wenn Sie das selbst wollten, gehen Sie bitte zurück und versuchen Sie es noch einmal.',
  addressNotRegistered:
    'Die Anwendung will Sie zu einer Adresse schicken, die nicht für sie eingetragen ist. Zu Ihrem Schutz schicken wir Sie nicht dorthin. Bitte sagen Sie es den Leuten, die die Anwendung machen.',
  stillSignedIn:
    'Sie sind noch angemeldet: Diese Seite wurde vor zu langer Zeit angezeigt, oder die Anmeldung hat sich seitdem geändert. Bitte melden Sie sich noch einmal ab.',
  deviceSignedOut: 'Sie sind nicht mehr angemeldet. Bitte geben Sie den Code noch einmal ein.',
  deviceCodeUnknown:
    'Dieser Code ist unbekannt oder abgelaufen. Bitte gehen Sie zurück und vergleichen Sie ihn mit dem Code auf Ihrem Gerät.',
  deviceTooManyCodes:
    'Es wurden zu viele falsche Codes eingegeben. Bitte warten Sie einige Minuten und geben Sie den Code dann noch einmal ein.',
  deviceRequestOver: 'Die Anfrage des Geräts ist vorbei. Bitte beginnen Sie auf dem Gerät noch einmal.',
  errorTitle: 'Das hat nicht geklappt',
  errorText:
    'Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal. Wenn es wieder geschieht, zeigen Sie diese Seite den Leuten, die die Anwendung machen.',
  unknownApplicationTitle: 'Diese Anwendung kann hier nicht benutzt werden',
  unknownApplicationText:
    'Wir kennen diese Anwendung nicht, oder sie wurde abgeschaltet. Bitte sagen Sie es den Leuten, die sie machen.',
  notAllowedTitle: 'Die Anwendung will etwas, das sie nicht bekommen kann',
  notAllowedText:
    'Wir haben hier angehalten, und sie hat nichts bekommen. Bitte sagen Sie es den Leuten, die die Anwendung machen.',
  signInTitle: 'Sie müssen sich anmelden',
  signInText:
    'Es geht erst weiter, wenn Sie sich angemeldet oder zugestimmt haben. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  strongerTitle: 'Eine sicherere Anmeldung ist nötig',
  strongerText:
    'Die Anwendung verlangt, dass Sie sich auf eine sicherere Art anmelden, zum Beispiel mit einem zweiten Faktor. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  deniedTitle: 'Kein Zugriff',
  deniedText:
    'Die Anwendung hat keinen Zugriff bekommen. Wenn Sie das nicht wollten, gehen Sie bitte zurück zur Anwendung und beginnen Sie noch einmal.',
  expiredTitle: 'Dieser Link ist abgelaufen',
  expiredText: 'Er gilt nur kurz und nur einmal. Bitte gehen Sie zurück zur Anwendung und beginnen Sie noch einmal.',
  notFoundTitle: 'Seite nicht gefunden',
  notFoundText: 'Unter dieser Adresse gibt es keine Seite. Bitte prüfen Sie die Adresse.',
  tooManyTitle: 'Zu viele Versuche',
  tooManyText: 'Es gab zu viele Versuche in kurzer Zeit. Bitte warten Sie kurz und versuchen Sie es noch einmal.',
  failureTitle: 'Etwas ist schiefgegangen',
  failureText: 'Das liegt an uns. Bitte warten Sie kurz und versuchen Sie es noch einmal.',
  forDeveloper: 'Für die Entwicklung',
  errorCode: 'Fehler: {code}',
  requestId: 'Anfrage: {id}',
  backTo: 'Zurück zu {name}',
  home: 'Zur Startseite',
  help: 'Hilfe',
  privacy: 'Datenschutz',
  terms: 'Nutzungsbedingungen',
  continue: 'Weiter',
  backToApplication: 'Zurück zur Anwendung',
  sendingBack: 'Sie sind auf dem Weg zurück zur Anwendung. Wenn nichts geschieht, wählen Sie „Weiter“.',
  signOutTitle: 'Abmelden?',
  signOutQuestion: 'Möchten Sie sich von {host} abmelden? Wenn nicht, schließen Sie diese Seite.',
  signOutAllTheSame: 'Möchten Sie sich trotzdem von {host} abmelden? Wenn nicht, schließen Sie diese Seite.',
  signOutNext: 'Danach geht es weiter zu {host}.',
  signOut: 'Abmelden',
  signedOutTitle: 'Abgemeldet',
  signedOutText: 'Sie sind abgemeldet.',
  hintMissing: 'Wir wissen nicht, welche Anwendung Sie hierher geschickt hat.',
  hintInvalid: 'Wir wissen nicht, welche Anwendung Sie hierher geschickt hat: Ihr Nachweis ist nicht gültig.',
  hintOfAnotherSession: 'Die Anwendung will eine andere Sitzung beenden als die in diesem Browser.',
  clientNotAllowed: 'Die Anwendung, die Sie hierher geschickt hat, darf Sie nicht von sich aus abmelden.',
  logoutAddressNotRegistered:
    'Die Anwendung will Sie zu einer Adresse schicken, die nicht eingetragen ist. Sie werden nicht dorthin geschickt.',
  notGivenText: 'Die Anwendung bekommt keinen Zugriff. Sie können diese Seite schließen.',
  deviceConnectedTitle: 'Das Gerät ist verbunden',
  deviceConnectedText: 'Sie können diese Seite schließen und zu Ihrem Gerät zurückkehren.',
  deviceRefusedTitle: 'Das Gerät wurde nicht verbunden',
  deviceRefusedText: 'Es bekommt keinen Zugriff. Sie können diese Seite schließen.',
}
