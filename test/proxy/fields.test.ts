import { describe, expect, test } from 'vitest';
import { field, fieldsNamed, isName } from '../../src/proxy/fields.ts';

describe('names of fields', () => {
  test('any token is found in any case, and no other', () => {
    // RFC 9110 5.6.2: what a token may consist of.
    const others = [..."!#$%&'*+-.^_`|~0123456789"];
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    for (const wanted of [...others, ...letters]) {
      for (const token of [...others, ...letters, ...letters.map((one) => one.toUpperCase())]) {
        expect(isName(token, wanted), `${token} for ${wanted}`).toBe(token.toLowerCase() === wanted);
      }
    }
  });

  test('values of a name, the first or all, in order', () => {
    const fields = ['X_Token', '1', 'x-token', '2', 'x_TOKEN', '3'];
    expect(field(fields, 'x_token')).toBe('1');
    expect(fieldsNamed(fields, 'x_token')).toEqual(['1', '3']);
    expect(field(fields, 'x^token')).toBeNull();
  });
});
