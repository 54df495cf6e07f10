/** docs/configuration.md: its examples are right, by our own checks and by the published schema. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { configOf } from '../../src/project/detect.ts';
import { readJsonc } from '../../src/project/formats.ts';
import { projectDirectory } from './project-directory.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/configuration.md`, 'utf8');
const examples = [...page.matchAll(/```jsonc\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

test('there are examples', () => expect(examples.length).toBeGreaterThanOrEqual(2));

test.each(examples)('example %# has no error', (example) => {
  const path = projectDirectory({
    'devtool-mcp.json': example,
    'package.json': { scripts: { dev: 'vite', migrate: 'm', lint: 'l', test: 't' } },
  });
  expect(configOf(path)?.errors).toEqual([]);
});

test.each(examples)('example %# is as the published schema says', (example) => {
  const schema = JSON.parse(readFileSync(`${root}schema/devtool-mcp.schema.json`, 'utf8'));
  const { value, errors } = readJsonc(example);
  expect(errors).toEqual([]);
  expect(z.fromJSONSchema(schema).safeParse(value).error?.issues).toBeUndefined();
});
