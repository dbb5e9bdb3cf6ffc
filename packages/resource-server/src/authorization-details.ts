import type { AuthorizationDetails, VerifiedToken } from './verified-token.ts'

/**
 * A schema of any library that follows Standard Schema ({@link https://standardschema.dev}), for instance Valibot, Zod or
 * ArkType, that checks at once.
 */
export interface DetailsSchema<Details> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
    readonly types?: { readonly input: unknown; readonly output: Details } | undefined
  }
}

/** Authorization details of one type: `type`, and the members that the schema accepts. */
export type TypedDetails<Details> = { readonly type: string } & Details

/**
 * Returns the authorization details of one type in a token, checked by a schema of the members beside `type`. Those that do
 * not fit the schema are left out, so that they allow nothing.
 * @throws {TypeError} for a schema that checks asynchronously
 * @example
 * ```ts
 * const pay = protect({ verifier })((request, token) => {
 *   const [payment] = authorizationDetailsOf(token, 'payment_initiation', paymentSchema)
 *   if (payment === undefined) return insufficientScope({ scope: 'payments' })
 *   return book(payment.amount, payment.currency)
 * })
 * ```
 */
export function authorizationDetailsOf<Details extends object>(
  token: Pick<VerifiedToken, 'authorizationDetails'>,
  type: string,
  schema: DetailsSchema<Details>,
): readonly TypedDetails<Details>[] {
  return (token.authorizationDetails ?? []).flatMap((details) =>
    details.type === type ? checked(details, schema) : [],
  )
}

function checked<Details extends object>(
  { type, ...members }: AuthorizationDetails,
  schema: DetailsSchema<Details>,
): readonly TypedDetails<Details>[] {
  const result = schema['~standard'].validate(members) as { readonly value: Details; readonly issues?: unknown }
  if ('then' in result) throw new TypeError('authorizationDetailsOf: the schema must check at once, not asynchronously')
  return result.issues === undefined ? [{ ...result.value, type }] : []
}
