/** 2026 era: a tool asks by its result, and is called again with the answers and the state that it gave away. */
import {
  acceptedContent,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { about, text } from './samples.ts';

type States = RequestStateCodec<{ readonly step: number }>;

const name = z.object({ name: z.string() });
const color = z.object({ color: z.string() });
const ok = z.object({ ok: z.boolean() });
const askName = (message = 'What is your name?') => inputRequired.elicit({ message, requestedSchema: name });
const askModel = (words: string, maxTokens = 100) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text: words } }], maxTokens });

export function askingTools(server: McpServer, states: States): void {
  server.registerTool(
    'test_input_required_result_elicitation',
    about('test_input_required_result_elicitation'),
    ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_name', name);
      return given === undefined
        ? inputRequired({ inputRequests: { user_name: askName() } })
        : text(`Hello, ${given.name}!`);
    },
  );
  server.registerTool('test_streaming_elicitation', about('test_streaming_elicitation'), ({ mcpReq }) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', name);
    return given === undefined
      ? inputRequired({ inputRequests: { user_name: askName() } })
      : text(`Hello, ${given.name}!`);
  });
  server.registerTool(
    'test_input_required_result_sampling',
    about('test_input_required_result_sampling'),
    ({ mcpReq }) => {
      const given = inputResponse(mcpReq.inputResponses, 'capital_question');
      return given.kind === 'sampling'
        ? text(JSON.stringify(given.result.content))
        : inputRequired({ inputRequests: { capital_question: askModel('What is the capital of France?') } });
    },
  );
  server.registerTool(
    'test_input_required_result_list_roots',
    about('test_input_required_result_list_roots'),
    ({ mcpReq }) => {
      const given = inputResponse(mcpReq.inputResponses, 'client_roots');
      return given.kind === 'roots'
        ? text(given.roots.map(({ uri }) => uri).join(' '))
        : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    },
  );
  server.registerTool(
    'test_input_required_result_capabilities',
    about('test_input_required_result_capabilities'),
    () => {
      const able = server.server.getClientCapabilities() ?? {};
      return inputRequired({
        inputRequests: {
          ...(able.elicitation === undefined ? {} : { user_name: askName() }),
          ...(able.sampling === undefined ? {} : { greeting: askModel('Generate a greeting') }),
        },
      });
    },
  );
  // Asks what the client may not be able to answer; the SDK refuses that for us.
  server.registerTool('test_missing_capability', about('test_missing_capability'), () =>
    inputRequired({ inputRequests: { greeting: askModel('Generate a greeting') } }),
  );
  statefulTools(server, states);
}

function statefulTools(server: McpServer, states: States): void {
  for (const tool of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state'])
    server.registerTool(tool, about(tool), async ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'confirm', ok);
      if (given !== undefined && mcpReq.requestState<{ step: number }>()?.step === 1) return text('state-ok');
      const confirm = inputRequired.elicit({ message: 'Please confirm', requestedSchema: ok });
      return inputRequired({ inputRequests: { confirm }, requestState: await states.mint({ step: 1 }) });
    });
  server.registerTool(
    'test_input_required_result_multiple_inputs',
    about('test_input_required_result_multiple_inputs'),
    async ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_name', name);
      const kinds = ['greeting', 'client_roots'].map((key) => inputResponse(mcpReq.inputResponses, key).kind);
      if (given !== undefined && kinds.join() === 'sampling,roots') return text(`All is here, ${given.name}.`);
      const inputRequests = {
        user_name: askName(),
        greeting: askModel('Generate a greeting', 50),
        client_roots: inputRequired.listRoots(),
      };
      return inputRequired({ inputRequests, requestState: await states.mint({ step: 1 }) });
    },
  );
  server.registerTool(
    'test_input_required_result_multi_round',
    about('test_input_required_result_multi_round'),
    async ({ mcpReq }) => {
      const step = mcpReq.requestState<{ step: number }>()?.step ?? 0;
      if (step === 2 && acceptedContent(mcpReq.inputResponses, 'step2', color) !== undefined)
        return text('Three rounds.');
      const inputRequests =
        step === 0
          ? { step1: askName('Step 1: What is your name?') }
          : {
              step2: inputRequired.elicit({ message: 'Step 2: What is your favorite color?', requestedSchema: color }),
            };
      return inputRequired({ inputRequests, requestState: await states.mint({ step: step === 0 ? 1 : 2 }) });
    },
  );
}
