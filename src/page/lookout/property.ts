/** A property of a thing whose type does not say that it has it. */
export const get = (of: object, name: PropertyKey): unknown => (of as Record<PropertyKey, unknown>)[name];
