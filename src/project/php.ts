/** PHP: composer.json with its scripts, and what the frameworks bring. */
import type { Directory } from './directory.ts';
import { parseJson } from './formats.ts';
import { frameworksOf, PHP_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, programWithSeparator, type RunnableScript, scriptOf, usual } from './project.ts';
import { scriptTable } from './script-table.ts';
import { joined, record, text } from './values.ts';

const FILE = 'composer.json';

export function detectPhp(directory: Directory): Kind | null {
  if (!directory.has(FILE)) return null;
  const manifest = directory.parse(FILE, parseJson) ?? {};
  return kindOf('php', {
    name: text(manifest['name']),
    frameworks: frameworksOf(PHP_FRAMEWORKS, Object.keys(record(manifest['require']))),
    scripts: [
      ...ownScripts(scriptTable(directory, `${FILE} scripts`, manifest['scripts'])),
      ...usualScripts(directory),
    ],
  });
}

/** Without the events that Composer calls itself. It ends a script after 300 s unless told otherwise (getcomposer.org/doc/06-config.md). */
function ownScripts(scripts: Readonly<Record<string, unknown>>): RunnableScript[] {
  return Object.entries(scripts)
    .filter(([name]) => !/^(pre|post)-/.test(name))
    .map(([name, lines]) =>
      scriptOf(name, joined(lines), FILE, programWithSeparator('composer', 'run-script', '--timeout=0', name)),
    );
}

function usualScripts(directory: Directory): RunnableScript[] {
  if (directory.has('artisan')) return [usual('serve', 'php artisan serve'), usual('test', 'php artisan test')];
  const serve = directory.has('public/index.php') ? [usual('serve', 'php -S localhost:8000 -t public')] : [];
  const tested = directory.has('phpunit.xml') || directory.has('phpunit.xml.dist');
  return [...serve, ...(tested ? [usual('test', 'vendor/bin/phpunit')] : [])];
}
