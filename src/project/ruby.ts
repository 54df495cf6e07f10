/** Ruby: the Gemfile, and the commands that its gems bring. */
import type { Directory } from './directory.ts';
import { frameworksOf, RUBY_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, type RunnableScript, usual } from './project.ts';

export function detectRuby(directory: Directory): Kind | null {
  if (!directory.has('Gemfile')) return null;
  const gems = directory.lines('Gemfile').flatMap((line) => /^gem\b[\s(]*["']([^"']+)/.exec(line.trim())?.[1] ?? []);
  const specification = directory.names().find((name) => name.endsWith('.gemspec'));
  const frameworks = frameworksOf(RUBY_FRAMEWORKS, gems);
  return kindOf('ruby', {
    name: specification?.replace(/\.gemspec$/, '') ?? null,
    frameworks,
    scripts: [
      ...serverScripts(directory, frameworks),
      testScript(gems, frameworks),
      usual('install', 'bundle install'),
    ],
  });
}

function serverScripts(directory: Directory, frameworks: readonly string[]): RunnableScript[] {
  const scripts = directory.has('bin/dev') ? [usual('dev', 'bin/dev')] : [];
  if (frameworks.includes('rails')) scripts.push(usual('server', 'bundle exec rails server'));
  else if (frameworks.includes('jekyll')) scripts.push(usual('serve', 'bundle exec jekyll serve'));
  else if (directory.has('config.ru')) scripts.push(usual('server', 'bundle exec rackup'));
  return scripts;
}

function testScript(gems: readonly string[], frameworks: readonly string[]): RunnableScript {
  if (gems.includes('rspec') || gems.includes('rspec-rails')) return usual('test', 'bundle exec rspec');
  return usual('test', frameworks.includes('rails') ? 'bundle exec rails test' : 'bundle exec rake test');
}
