import { headers } from 'next/headers'
import { sessions } from '../lib/sessions'
import { baseUrl } from '../lib/settings'

export default async function Home() {
  const cookie = (await headers()).get('cookie') ?? ''
  const signedIn = await sessions().getSession(new Request(baseUrl, { headers: { cookie } }))
  return <p>{signedIn === undefined ? <a href="/login">Sign in</a> : `You are signed in as ${signedIn.user.name}.`}</p>
}
