/**
 * Makes a prototype for objects that stand in for an object of the platform, such as a `Request`. The object of the
 * platform is made when somebody asks for a member that the stand-in does not have itself.
 * @param prototype the platform's prototype, so that `instanceof` holds
 * @param real makes the object behind a stand-in on its first call, and returns the same one later
 * @param own the members that the stand-in has itself
 */
export function standInPrototype<T extends object>(prototype: T, real: (standIn: T) => T, own: Partial<T> = {}): T {
  const made = Object.create(prototype) as T
  for (const [key, { value, get }] of membersOf(prototype)) {
    if (key === 'constructor' || key === Symbol.toStringTag) continue
    const behind = (standIn: T): unknown => Reflect.get(real(standIn), key)
    if (typeof value === 'function') {
      define(made, key, {
        value(this: T, ...values: unknown[]) {
          return (behind(this) as (...values: unknown[]) => unknown).apply(real(this), values)
        },
      })
    } else if (get !== undefined) {
      define(made, key, {
        get(this: T) {
          return behind(this)
        },
      })
    }
  }
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(own))) define(made, key, descriptor)
  return made
}

/**
 * Returns the members of a prototype with those that it inherits. Some libraries put a subclass in the place of the platform's
 * class, as `@hono/node-server` does with `Request`, and its members are then inherited.
 */
function membersOf(prototype: object): ReadonlyMap<PropertyKey, PropertyDescriptor> {
  const members = new Map<PropertyKey, PropertyDescriptor>()
  let current: object | null = prototype
  while (current !== null && current !== Object.prototype) {
    for (const key of Reflect.ownKeys(current)) {
      if (!members.has(key)) members.set(key, Object.getOwnPropertyDescriptor(current, key) as PropertyDescriptor)
    }
    current = Object.getPrototypeOf(current) as object | null
  }
  return members
}

function define(target: object, key: PropertyKey, descriptor: PropertyDescriptor): void {
  // An object may get a member with a name of the prototype as its own: a stand-in has its `url` at hand.
  const writable = 'value' in descriptor ? { writable: true } : {}
  Object.defineProperty(target, key, { ...descriptor, ...writable, configurable: true })
}
