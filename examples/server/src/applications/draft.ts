import type { Form } from '../web/form.ts'
import { type KindOfApplication, signsUsersIn } from './kinds.ts'
import type { OwnClient, Refusal } from './own-clients.ts'

/** What a developer typed into the form, shown again after an error. */
export interface Draft {
  readonly name: string
  /** One redirect URI a line. */
  readonly redirectUris: string
  readonly scopes: readonly string[]
}

/** The texts that the form shows: above it, or beside a field. */
export interface Problems {
  readonly form?: string
  readonly name?: string
  readonly redirectUris?: string
  readonly scopes?: string
}

const userScopes = ['openid', 'profile', 'email', 'offline_access']

/** Returns the scopes that the form offers. An API asks for none. */
export function offeredScopes(kind: KindOfApplication, apiScopes: readonly string[]): readonly string[] {
  if (signsUsersIn(kind)) return [...userScopes, ...apiScopes]
  return kind.metadata.grant_types.length === 0 ? [] : apiScopes
}

/** Returns the form of a new application. The scopes that the samples of `docs/clients.md` ask for are ticked. */
export function emptyDraft(kind: KindOfApplication, apiScopes: readonly string[]): Draft {
  return { name: '', redirectUris: '', scopes: offeredScopes(kind, apiScopes) }
}

export function readDraft(form: Form): Draft {
  return {
    name: form.get('name').trim(),
    redirectUris: form.get('redirect_uris').replaceAll('\r', ''),
    scopes: form.all('scope'),
  }
}

/** Returns the draft of an existing application. */
export function draftOf({ client_name = '', redirect_uris, scope = '' }: OwnClient): Draft {
  return {
    name: client_name,
    redirectUris: redirect_uris.join('\n'),
    scopes: scope.split(' ').filter((name) => name !== ''),
  }
}

/** Checks what the provider would fill in, or leaves open: it takes a client without a name, and gives one without scopes some. */
export function checkDraft(kind: KindOfApplication, { name, redirectUris, scopes }: Draft): Problems {
  const asksForScopes = kind.metadata.grant_types.length > 0
  return {
    ...(name === '' || name.length > 100 ? { name: 'Enter a name of at most 100 characters.' } : {}),
    ...(signsUsersIn(kind) && redirectUris.trim() === ''
      ? { redirectUris: 'Enter the address to which users return after they have signed in.' }
      : {}),
    ...(asksForScopes && scopes.length === 0 ? { scopes: 'Choose at least one scope.' } : {}),
  }
}

/** Returns the metadata that a developer chooses. The kind decides everything else. */
export function metadataOf(kind: KindOfApplication, { name, redirectUris, scopes }: Draft) {
  const asksForScopes = kind.metadata.grant_types.length > 0
  return {
    client_name: name,
    ...(signsUsersIn(kind) ? { redirect_uris: redirectUris.split(/\s+/).filter((uri) => uri !== '') } : {}),
    ...(asksForScopes ? { scope: scopes.join(' ') } : {}),
  }
}

/** Returns the text of a refusal, beside the field that it is about. The provider's texts say what to change. */
export function problemsOf({ error, description }: Refusal): Problems {
  if (error === 'invalid_redirect_uri') return { redirectUris: description }
  if (description.startsWith('client_name')) return { name: description.replace('client_name: ', 'The name ') }
  if (/\bscope\b/.test(description)) return { scopes: description }
  return { form: description }
}
