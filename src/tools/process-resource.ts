/** `devtool://process/{id}/output`: the last lines that a process has written. */
import type { ManagedProcess } from '../process/managed-process.ts';
import { showOutput } from './proc-output.ts';
import { addressOf, partsOf, type Resource, type ResourceKind } from './resource.ts';
import type { Workbench } from './workbench.ts';

const URI = /^devtool:\/\/process\/([^/?]+)\/output(?:\?path=([^&]+))?$/;
const LAST_LINES = {
  stream: 'combined',
  grep: undefined,
  grep_v: undefined,
  head: undefined,
  tail: 200,
  after: undefined,
  context: 0,
  raw: false,
  encoding: 'utf8',
  timestamps: false,
  reveal: false,
} as const;

export const OUTPUTS: ResourceKind = {
  template: {
    name: 'process-output',
    title: 'Output of a process',
    uriTemplate: 'devtool://process/{id}/output',
    description: 'The last lines that a process has written, both streams in the order they arrived.',
    mimeType: 'text/plain',
  },
  list: ({ cwd }, workbench) =>
    workbench.processes.list(null, null).map((process) => outputOf(process, cwd, workbench)),
  find(uri, { cwd }, workbench) {
    const match = URI.exec(uri);
    if (match === null) return null;
    const { id, path } = partsOf(match, cwd);
    return outputOf(workbench.processes.resolve(id, path), cwd, workbench);
  },
};

function outputOf(process: ManagedProcess, cwd: string, workbench: Workbench): Resource {
  const { stdout_bytes, stderr_bytes } = process.output.totals();
  const { run, state, startedAt } = process.snapshot();
  return {
    uri: addressOf('process', process.id, '/output', process.path, cwd),
    name: process.id,
    title: `Output of ${process.id}`,
    description: `${process.request.spec.display} in ${process.path}`,
    mimeType: 'text/plain',
    stamp: [run, state, startedAt, stdout_bytes, stderr_bytes].join(),
    async read() {
      const shown = await showOutput(process, LAST_LINES, workbench);
      return shown.kind === 'text' ? shown.text : JSON.stringify(shown.value);
    },
  };
}
