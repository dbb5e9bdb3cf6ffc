import { isJsonObject } from '../../http/json-object.ts'
import type { ClientRecord } from '../../storage/client.ts'
import type { AuthorizationDetails, TypeRules } from './details-type.ts'
import { asJson, droppedMember, jsonProblem } from './json-value.ts'
import { invalidDetails } from './parse.ts'
import type { SchemaIssue, StandardSchema } from './standard-schema.ts'

/** The rules of each type, by its name. */
export type Rules = ReadonlyMap<string, TypeRules>

/** Returns the rules of a type that the server has and the client may ask for; otherwise `undefined`. */
export async function rulesFor(rules: Rules, client: ClientRecord, type: string): Promise<TypeRules | undefined> {
  const registered = client.metadata.authorization_details_types
  if (registered !== undefined && !registered.includes(type)) return undefined
  const found = rules.get(type)
  if (found?.mayRequest === undefined) return found
  return isTrue(await found.mayRequest(client), 'mayRequest', type) ? found : undefined
}

/**
 * Checks details that come from outside by the schema of their type. The client must be allowed to ask for the type.
 * @returns the details as the schema answers them
 * @throws {OAuthError} `invalid_authorization_details`
 */
export async function checkDetails(
  rules: Rules,
  client: ClientRecord,
  details: readonly AuthorizationDetails[],
): Promise<readonly AuthorizationDetails[]> {
  const checked: AuthorizationDetails[] = []
  for (const [index, one] of details.entries()) {
    const found = await rulesFor(rules, client, one.type)
    if (found === undefined)
      throw invalidDetails('has a type that the server does not know or the client may not use', index)
    const result = await accepts(found.schema, one)
    if ('problem' in result) throw invalidDetails(result.problem, index)
    checked.push(result.details)
  }
  return checked
}

/**
 * Checks details by a schema.
 * @returns the details as the schema answers them, or what is wrong with them, without their values
 * @throws {TypeError} when the schema answers with what is no JSON object, which is a mistake of the host
 */
export async function accepts(
  schema: StandardSchema,
  { type, ...members }: AuthorizationDetails,
): Promise<{ readonly details: AuthorizationDetails } | { readonly problem: string }> {
  const result = await schema['~standard'].validate(members)
  const wrong = (problem: string): TypeError =>
    new TypeError(`richAuthorizationRequests: the schema of ${type} ${problem}`)
  if (typeof result !== 'object' || result === null) throw wrong('must answer with { value } or { issues }')
  if (result.issues !== undefined) return { problem: problemOf(result.issues) }
  const answered = asJson(result.value)
  if (answered === undefined || !isJsonObject(answered.json) || Object.hasOwn(answered.json, 'type')) {
    throw wrong('must answer with a JSON object of the members beside type')
  }
  const unkept = jsonProblem(answered.json)
  if (unkept !== undefined) throw wrong(`answered with a value that ${unkept}`)
  const unknown = droppedMember(members, answered.json)
  if (unknown !== undefined) return { problem: `has the member ${unknown}, which its type does not know` }
  return { details: { type, ...answered.json } }
}

/**
 * Checks details that the host has granted.
 * @throws {TypeError} that names the type and what is wrong
 */
export async function checkGranted(
  type: string,
  { schema, grantedSchema = schema }: TypeRules,
  answer: unknown,
): Promise<AuthorizationDetails> {
  const wrong = (problem: string): TypeError => new TypeError(`richAuthorizationRequests: enrich of ${type} ${problem}`)
  const json = asJson(answer)?.json
  if (!isJsonObject(json)) throw wrong('must answer with a JSON object, or with undefined')
  if (json.type !== undefined && json.type !== type) throw wrong('must not change the type')
  const problem = jsonProblem(json)
  if (problem !== undefined) throw wrong(problem)
  const result = await accepts(grantedSchema, { ...json, type })
  if ('problem' in result) throw wrong(`answered with details that ${result.problem}`)
  return result.details
}

/**
 * Reads a decision of the host, of which `undefined` counts as no.
 * @throws {TypeError} for an answer that is no boolean
 */
export function isTrue(answer: unknown, name: string, type: string): boolean {
  if (answer === undefined || answer === null || answer === false) return false
  if (answer === true) return true
  throw new TypeError(`richAuthorizationRequests: ${name} of ${type} must answer true or false`)
}

/** Says where the details are wrong. The message of the schema is left out: it may quote the value. */
function problemOf([issue]: readonly SchemaIssue[]): string {
  const path = (issue?.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
  return path === '' ? 'is not valid for its type' : `is not valid for its type at ${path}`
}
