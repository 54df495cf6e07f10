/** What the conformance suite calls: its fixture tools, resources and prompts, for both eras. Behind the same HTTP door as the product, never shipped. */
import {
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type Server,
  type ServerContext,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { askingTools } from './asking-tools.ts';
import { elicitingTools } from './eliciting-tools.ts';
import { AUDIO, about, IMAGE, text } from './samples.ts';

const PAUSE_MS = 50;
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** One secret for every exchange: state that a client brings back was made by another server. */
const states = createRequestStateCodec<{ readonly step: number }>({
  key: 'a fixture has no secret that is worth keeping',
});

/** `tell` reaches the streams of the 2026 era, which no server of one exchange can. */
export function fixture(era: 'legacy' | 'modern', tell: ServerNotifier): Server {
  const changes = era === 'modern' ? { listChanged: true } : {};
  const server = new McpServer(
    { name: 'conformance-fixture', version: '1.0.0' },
    {
      capabilities: {
        tools: changes,
        prompts: changes,
        resources: { subscribe: true },
        completions: {},
        ...(era === 'legacy' ? { logging: {} } : {}),
      },
      requestState: { verify: states.verify },
    },
  );
  contentTools(server);
  reportingTools(server);
  changeTools(server, tell);
  if (era === 'legacy') elicitingTools(server);
  else askingTools(server, states);
  resources(server, era);
  prompts(server);
  server.server.setRequestHandler('completion/complete', () => ({
    completion: { values: ['paris', 'park', 'party'], total: 3, hasMore: false },
  }));
  return server.server;
}

function contentTools(server: McpServer): void {
  server.registerTool('test_simple_text', about('test_simple_text'), () =>
    text('This is a simple text response for testing.'),
  );
  server.registerTool('test_image_content', about('test_image_content'), () => ({
    content: [{ type: 'image', ...IMAGE }],
  }));
  server.registerTool('test_audio_content', about('test_audio_content'), () => ({
    content: [{ type: 'audio', ...AUDIO }],
  }));
  const embedded = { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'An embedded resource.' };
  server.registerTool('test_embedded_resource', about('test_embedded_resource'), () => ({
    content: [{ type: 'resource', resource: embedded }],
  }));
  server.registerTool('test_multiple_content_types', about('test_multiple_content_types'), () => ({
    content: [
      { type: 'text', text: 'Several kinds:' },
      { type: 'image', ...IMAGE },
      {
        type: 'resource',
        resource: { uri: 'test://mixed-content-resource', mimeType: 'application/json', text: '{"a":1}' },
      },
    ],
  }));
  server.registerTool('test_error_handling', about('test_error_handling'), () => ({
    ...text('This tool intentionally fails.'),
    isError: true,
  }));
}

function reportingTools(server: McpServer): void {
  server.registerTool('test_tool_with_progress', about('test_tool_with_progress'), async (context) => {
    for (const progress of [0, 50, 100]) {
      await report(context, progress);
      await pause();
    }
    return text('done');
  });
  server.registerTool('test_tool_with_logging', about('test_tool_with_logging'), async (context) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await context.mcpReq.log('info', data);
      await pause();
    }
    return text('done');
  });
  server.registerTool('test_logging_tool', about('test_logging_tool'), async (context) => {
    await context.mcpReq.log('info', 'said only to who asked');
    return text('done');
  });
}

async function report({ mcpReq }: ServerContext, progress: number): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } });
}

function changeTools(server: McpServer, tell: ServerNotifier): void {
  server.registerTool('test_trigger_tool_change', about('test_trigger_tool_change'), () => {
    tell.toolsChanged();
    return text('told');
  });
  server.registerTool('test_trigger_prompt_change', about('test_trigger_prompt_change'), () => {
    tell.promptsChanged();
    return text('told');
  });
}

function resources(server: McpServer, era: 'legacy' | 'modern'): void {
  const [TEXT, BINARY, WATCHED] = ['test://static-text', 'test://static-binary', 'test://watched-resource'];
  const plain = (uri: string, said: string) => ({ contents: [{ uri, mimeType: 'text/plain', text: said }] });
  server.registerResource('static-text', TEXT, { mimeType: 'text/plain' }, () => plain(TEXT, 'Text that stays.'));
  server.registerResource('watched', WATCHED, { mimeType: 'text/plain' }, () =>
    plain(WATCHED, 'Text that is watched.'),
  );
  server.registerResource('static-binary', BINARY, { mimeType: IMAGE.mimeType }, () => ({
    contents: [{ uri: BINARY, mimeType: IMAGE.mimeType, blob: IMAGE.data }],
  }));
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined });
  server.registerResource('template', template, { mimeType: 'application/json' }, (uri, { id }) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }));
  if (era === 'modern') return;
  server.server.setRequestHandler('resources/subscribe', () => ({}));
  server.server.setRequestHandler('resources/unsubscribe', () => ({}));
}

function prompts(server: McpServer): void {
  const said = (words: string) => ({ role: 'user' as const, content: { type: 'text' as const, text: words } });
  server.registerPrompt('test_simple_prompt', about('test_simple_prompt'), () => ({
    messages: [said('This is a simple prompt for testing.')],
  }));
  const two = z.object({ arg1: z.string(), arg2: z.string() });
  server.registerPrompt(
    'test_prompt_with_arguments',
    { ...about('test_prompt_with_arguments'), argsSchema: two },
    ({ arg1, arg2 }) => ({
      messages: [said(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
    }),
  );
  const one = z.object({ resourceUri: z.string() });
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { ...about('test_prompt_with_embedded_resource'), argsSchema: one },
    ({ resourceUri }) => ({
      messages: [
        {
          role: 'user',
          content: {
            type: 'resource',
            resource: { uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
          },
        },
        said('Please process the embedded resource above.'),
      ],
    }),
  );
  server.registerPrompt('test_prompt_with_image', about('test_prompt_with_image'), () => ({
    messages: [{ role: 'user', content: { type: 'image', ...IMAGE } }, said('Please analyze the image above.')],
  }));
  const context = z.object({ context: z.string() });
  server.registerPrompt(
    'test_input_required_result_prompt',
    about('test_input_required_result_prompt'),
    ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_context', context);
      if (given !== undefined) return { messages: [said(`In this context: ${given.context}`)] };
      return inputRequired({
        inputRequests: {
          user_context: inputRequired.elicit({
            message: 'What context should the prompt use?',
            requestedSchema: context,
          }),
        },
      });
    },
  );
}
