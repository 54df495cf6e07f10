/** 2025 era: a tool asks the client in the middle of a call, by a request of its own. */
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { about, text } from './samples.ts';

type Form = Parameters<ServerContext['mcpReq']['elicitInput']>[0];
type Schema = Extract<Form, { requestedSchema: unknown }>['requestedSchema'];

export function elicitingTools(server: McpServer): void {
  server.registerTool(
    'test_sampling',
    { ...about('test_sampling'), inputSchema: z.object({ prompt: z.string() }) },
    async ({ prompt }, { mcpReq }) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
      const { content } = await mcpReq.requestSampling({ messages, maxTokens: 100 });
      const [first] = [content].flat();
      return text(`LLM response: ${first?.type === 'text' ? first.text : ''}`);
    },
  );
  server.registerTool(
    'test_elicitation',
    { ...about('test_elicitation'), inputSchema: z.object({ message: z.string() }) },
    ({ message }, context) => elicit(context, message, ANSWER),
  );
  server.registerTool('test_elicitation_sep1034_defaults', about('test_elicitation_sep1034_defaults'), (context) =>
    elicit(context, 'Review these.', DEFAULTS),
  );
  server.registerTool('test_elicitation_sep1330_enums', about('test_elicitation_sep1330_enums'), (context) =>
    elicit(context, 'Choose.', ENUMS),
  );
}

async function elicit({ mcpReq }: ServerContext, message: string, requestedSchema: Schema) {
  const { action, content } = await mcpReq.elicitInput({ message, requestedSchema });
  return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`);
}

const ANSWER: Schema = {
  type: 'object',
  properties: { username: { type: 'string', description: 'Name' }, email: { type: 'string', description: 'Address' } },
  required: ['username', 'email'],
};

const DEFAULTS: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  },
};

const titled = (...titles: string[]) => titles.map((title, at) => ({ const: `value${at + 1}`, title }));

const ENUMS: Schema = {
  type: 'object',
  properties: {
    untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
    titledSingle: { type: 'string', oneOf: titled('First Option', 'Second Option', 'Third Option') },
    legacyEnum: {
      type: 'string',
      enum: ['opt1', 'opt2', 'opt3'],
      enumNames: ['Option One', 'Option Two', 'Option Three'],
    },
    untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
    titledMulti: { type: 'array', items: { anyOf: titled('First Choice', 'Second Choice', 'Third Choice') } },
  },
};
