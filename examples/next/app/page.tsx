import { cookies } from 'next/headers'
import { findSession, sessionCookie } from '../lib/sessions'

export default async function Home() {
  const signedIn = findSession((await cookies()).get(sessionCookie)?.value)
  return <p>{signedIn === undefined ? <a href="/login">Sign in</a> : `You are signed in as ${signedIn.user.name}.`}</p>
}
