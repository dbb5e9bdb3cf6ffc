import type {
  AccessTokenRow,
  AuthorizationCodeRow,
  ClientRow,
  ConsentRow,
  GrantRow,
  RecordRow,
  RefreshTokenRow,
  SigningKeyRow,
} from './schema.ts'

/** Lists all columns of a row. The compiler refuses an object in which a column is missing. */
function all<Row>(columns: { readonly [Column in keyof Row]: true }): readonly (keyof Row)[] {
  return Object.keys(columns) as (keyof Row)[]
}

export const clientColumns: readonly (keyof ClientRow)[] = all<ClientRow>({
  id: true,
  metadata: true,
  secrets: true,
  disabled: true,
  registered_by: true,
  machine_scope: true,
  user_id: true,
  reference_id: true,
  registration_token_hash: true,
  used_at: true,
  created_at: true,
  updated_at: true,
  version: true,
})

export const consentColumns: readonly (keyof ConsentRow)[] = all<ConsentRow>({
  id: true,
  client_id: true,
  user_id: true,
  reference_key: true,
  scope: true,
  resources: true,
  claims: true,
  redirect_hosts: true,
  created_at: true,
  updated_at: true,
  version: true,
})

export const grantColumns: readonly (keyof GrantRow)[] = all<GrantRow>({
  id: true,
  client_id: true,
  user_id: true,
  session_id: true,
  scope: true,
  resources: true,
  auth_time: true,
  acr: true,
  amr: true,
  reference_id: true,
  claims: true,
  extra: true,
  offline: true,
  created_at: true,
  expires_at: true,
  revoked_at: true,
})

export const codeColumns: readonly (keyof AuthorizationCodeRow)[] = all<AuthorizationCodeRow>({
  id: true,
  secret_hash: true,
  grant_id: true,
  redirect_uri: true,
  redirect_uri_sent: true,
  code_challenge: true,
  nonce: true,
  extra: true,
  created_at: true,
  expires_at: true,
  consumed_at: true,
})

/** The columns of an access token without the id by which it is found: the fewer are read, the faster is the read. */
export const foundTokenColumns: readonly Exclude<keyof AccessTokenRow, 'id'>[] = all<Omit<AccessTokenRow, 'id'>>({
  secret_hash: true,
  client_id: true,
  grant_id: true,
  scope: true,
  audience: true,
  extra: true,
  created_at: true,
  expires_at: true,
})

export const accessTokenColumns: readonly (keyof AccessTokenRow)[] = ['id', ...foundTokenColumns]

export const refreshTokenColumns: readonly (keyof RefreshTokenRow)[] = all<RefreshTokenRow>({
  id: true,
  secret_hash: true,
  grant_id: true,
  extra: true,
  created_at: true,
  expires_at: true,
  rotated_at: true,
  successor_id: true,
  predecessor_id: true,
  sealed_successor: true,
  sealed_until: true,
  reuses: true,
})

export const signingKeyColumns: readonly (keyof SigningKeyRow)[] = all<SigningKeyRow>({
  id: true,
  algorithm: true,
  generation: true,
  public_key: true,
  sealed_private_key: true,
  created_at: true,
  activates_at: true,
})

export const recordColumns: readonly (keyof RecordRow)[] = all<RecordRow>({
  kind: true,
  id: true,
  owner_id: true,
  client_id: true,
  user_id: true,
  value: true,
  version: true,
  created_at: true,
  expires_at: true,
})

/** Lists the columns of the table with the alias `t` in a join: `t.id`, `t.…`. */
export function ofToken<Column extends string>(columns: readonly Column[]): readonly `t.${Column}`[] {
  return columns.map((column) => `t.${column}` as const)
}

type Joined<Name extends keyof GrantRow> = { readonly [Each in Name]: `g.${Each} as g_${Each}` }[Name]

const joined = <Name extends keyof GrantRow>(names: readonly Name[]): readonly Joined<Name>[] =>
  names.map((name) => `g.${name} as g_${name}` as Joined<Name>)

/** The columns of the grant with the alias `g` in a join with another table: `g.id as g_id`, `g.…`. */
export const joinedGrantColumns: readonly Joined<keyof GrantRow>[] = joined(grantColumns)

/** The columns of `TokenGrant` without the id, which the token names. */
export type TokenGrantName =
  | 'client_id'
  | 'user_id'
  | 'session_id'
  | 'auth_time'
  | 'acr'
  | 'amr'
  | 'reference_id'
  | 'claims'
  | 'expires_at'
  | 'revoked_at'

export const tokenGrantColumns: readonly Joined<TokenGrantName>[] = joined(
  all<Pick<GrantRow, TokenGrantName>>({
    client_id: true,
    user_id: true,
    session_id: true,
    auth_time: true,
    acr: true,
    amr: true,
    reference_id: true,
    claims: true,
    expires_at: true,
    revoked_at: true,
  }),
)
