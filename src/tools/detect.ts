/** `detect`: what a directory is, and the scripts that are its own. */
import * as z from 'zod';
import { detectProject } from '../project/detect.ts';
import { projectPath } from './project-path.ts';
import { defineTool } from './tool.ts';

export const detectTool = defineTool({
  name: 'detect',
  title: 'Detect the project',
  description:
    'What kind of project a directory is: type, package manager, frameworks, workspaces, and its real scripts with their source files. Call it first, then run a script by its name.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({ path: z.string().optional().describe('directory; default: where you work') }),
  async run({ path }, { caller }) {
    return { kind: 'data', value: { ...(await detectProject(await projectPath(path, caller))) } };
  },
});
