/** An object of JSON, to be looked into. */
export type Json = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Members of a list that are objects. */
export const asRecords = (value: unknown): readonly Json[] => asList(value).filter(isRecord);

export const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
