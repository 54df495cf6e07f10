import { expect, test } from 'vitest';
import { helpOf, helpOfAll } from '../../src/cli/help.ts';
import { COMMANDS, commandNamed } from './commands.ts';

test('the help of each tool has each of its actions and parameters, no line too long', () => {
  for (const command of COMMANDS) {
    const help = helpOf(command, null);
    for (const { name } of [...command.actions, ...command.parameters])
      expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    expect(helpOfAll(COMMANDS)).toMatch(new RegExp(`^  ${command.name} `, 'm'));
  }
});

test('the help of an action has its parameters alone, with what they take', () => {
  const help = helpOf(commandNamed('proc'), 'list');
  expect(help).toMatch(/^devtool-mcp proc list \[key=value …\] \[--json\]$/m);
  expect(help).toMatch(/^ {2}global {2}boolean \(default false\); of all projects$/m);
  expect(help).not.toMatch(/^ {2}tail /m);
  expect(helpOf(commandNamed('daemon'), 'stop')).toContain('No parameters.');
});
