// Checks what arrives before the page believes it. A shape turns `unknown` into a typed value or throws a ShapeError
// that names the place. Unknown keys are dropped: the API may grow. A number that is not one (JSON has no NaN, so the
// manager sends null) stays null and is drawn as a gap, never as 0.

export class ShapeError extends Error {}

export type Shape<T> = (value: unknown, at: string) => T;
export type Of<S> = S extends Shape<infer T> ? T : never;

function wrong(at: string, wanted: string, value: unknown): never {
  const got = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  throw new ShapeError(`${at} should be ${wanted}, but is ${got}`);
}

export const text: Shape<string> = (value, at) => (typeof value === "string" ? value : wrong(at, "text", value));

export const flag: Shape<boolean> = (value, at) => (typeof value === "boolean" ? value : wrong(at, "true or false", value));

export const number: Shape<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) ? value : wrong(at, "a number", value);

export const measure: Shape<number | null> = (value, at) =>
  value === null || value === undefined ? null : number(value, at);

export const moment: Shape<number> = (value, at) => {
  const parsed = Date.parse(text(value, at));
  return Number.isNaN(parsed) ? wrong(at, "a time", value) : parsed;
};

export function list<T>(item: Shape<T>): Shape<T[]> {
  return (value, at) =>
    Array.isArray(value) ? value.map((one, index) => item(one, `${at}[${index}]`)) : wrong(at, "a list", value);
}

export function otherwise<T>(shape: Shape<T>, missing: T): Shape<T> {
  return (value, at) => (value === null || value === undefined ? missing : shape(value, at));
}

export function object<S extends Record<string, Shape<unknown>>>(shapes: S): Shape<{ [K in keyof S]: Of<S[K]> }> {
  return (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong(at, "an object", value);
    const from = value as Record<string, unknown>;
    const made: Record<string, unknown> = {};
    for (const [key, shape] of Object.entries(shapes)) made[key] = shape(from[key], `${at}.${key}`);
    return made as { [K in keyof S]: Of<S[K]> };
  };
}

export function counted<T>(item: Shape<T>): Shape<Record<string, T>> {
  return (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong(at, "an object", value);
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, item(one, `${at}.${key}`)]));
  };
}
