import { expect, test } from 'vitest';
import { chaosInputs } from '../../src/tools/chaos-input.ts';

test('a name that is nearly right is told', () => {
  expect(() => chaosInputs([{ type: 'latncy' }])).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/No rule was changed\. Did you mean latency\?$/) }),
  );
  expect(() => chaosInputs([{ type: 'http_error', error_code: [500] }])).toThrow(
    expect.objectContaining({ hint: expect.stringMatching(/Did you mean error_codes\?$/) }),
  );
});
