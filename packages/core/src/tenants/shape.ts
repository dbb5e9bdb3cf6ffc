/** The members of all types in a union. */
type KeysOf<T> = T extends unknown ? keyof T : never
type MemberOf<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never

/**
 * Says which texts of a value are names of a tenant. `name`: the text itself. `plain`: none of the value. `each`: the elements
 * of a list. `members`: an object, with a row for each of its members, so that the compiler refuses a shape in which a member
 * is missing.
 */
export type Shape<T> = ShapeOf<Exclude<T, undefined>>

type ShapeOf<T> =
  | 'plain'
  | ([T] extends [string] ? 'name' : never)
  | ([T] extends [readonly (infer Element)[]]
      ? { readonly each: Shape<Element> }
      : [T] extends [object]
        ? { readonly members: { readonly [Key in KeysOf<T>]: Shape<MemberOf<T, Key>> } }
        : never)

/** The shapes of what a verb takes and answers. */
export interface VerbShape<Verb> {
  readonly takes: Verb extends (...values: infer Values) => unknown
    ? { readonly [Index in keyof Values]: Shape<Values[Index]> }
    : never
  readonly answers: Verb extends (...values: never) => infer Answer ? Shape<Awaited<Answer>> : never
}

/** The shapes of every verb of a store. */
export type StoreShape<Store> = { readonly [Name in keyof Store]: VerbShape<Store[Name]> }

/** Changes the names in a value of one shape. */
export type Translate = (value: unknown, change: (name: string) => string) => unknown

type AnyShape = string | { readonly each?: AnyShape; readonly members?: Readonly<Record<string, AnyShape>> }

/** Makes the function that changes the names in values of a shape; `undefined` when such a value has none. */
export function translator(shape: unknown): Translate | undefined {
  if (shape === 'plain') return undefined
  if (shape === 'name') return (value, change) => (value === undefined ? value : change(value as string))
  const { each, members } = shape as Exclude<AnyShape, string>
  return each === undefined ? ofMembers(members ?? {}) : ofElements(each)
}

function ofElements(shape: AnyShape): Translate | undefined {
  const translate = translator(shape)
  return (
    translate && ((value, change) => (value as unknown[] | undefined)?.map((element) => translate(element, change)))
  )
}

function ofMembers(members: Readonly<Record<string, AnyShape>>): Translate | undefined {
  const named = Object.entries(members).flatMap(([member, shape]) => {
    const translate = translator(shape)
    return translate === undefined ? [] : [{ member, translate }]
  })
  if (named.length === 0) return undefined
  return (value, change) => {
    // An answer such as 'won' is the other side of a union with objects.
    if (typeof value !== 'object' || value === null) return value
    const copy = { ...value } as Record<string, unknown>
    for (const { member, translate } of named) {
      const given = copy[member]
      if (given !== undefined) copy[member] = translate(given, change)
    }
    return copy
  }
}
