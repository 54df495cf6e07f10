/** .NET: a solution or project file. */
import type { Directory } from './directory.ts';
import { DOTNET_FRAMEWORKS, frameworksIn } from './frameworks.ts';
import { type Kind, kindOf, usual } from './project.ts';

export function detectDotnet(directory: Directory): Kind | null {
  const names = directory.names().filter((name) => /\.(slnx?|[cfv][sb]proj)$/.test(name));
  const solution = names.find((name) => /\.slnx?$/.test(name));
  const project = names.find((name) => name.endsWith('proj'));
  const file = solution ?? project;
  if (file === undefined) return null;
  const frameworks = project === undefined ? [] : frameworksIn(DOTNET_FRAMEWORKS, directory.read(project) ?? '');
  const server = frameworks.length > 0;
  return kindOf('dotnet', {
    name: file.replace(/\.\w+$/, ''),
    frameworks,
    scripts: [
      usual('build', 'dotnet build'),
      usual('test', 'dotnet test'),
      // A solution cannot be run, only a project.
      ...(project === undefined
        ? []
        : [usual('run', 'dotnet run', { server, separator: '--' }), usual('watch', 'dotnet watch', { server })]),
    ],
  });
}
