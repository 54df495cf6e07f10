/** Go, Python, Rust, Java, Ruby, PHP, .NET and Deno: what marks them, their names, and the scripts that they always have. */
import { parse as parseJsonc } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import type { Directory } from './directory.ts';
import {
  DOTNET_FRAMEWORKS,
  frameworksIn,
  frameworksOf,
  GO_FRAMEWORKS,
  JAVA_FRAMEWORKS,
  PHP_FRAMEWORKS,
  RUBY_FRAMEWORKS,
  RUST_FRAMEWORKS,
} from './frameworks.ts';
import { isRecord, type Kind, program, type RunnableScript, record, text, texts, usual } from './project.ts';

const kind = (type: Kind['type'], some: Partial<Kind> = {}): Kind => ({
  type,
  name: null,
  packageManager: null,
  frameworks: [],
  scripts: [],
  workspaces: [],
  ...some,
});

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
/** A lone text or a list of them, as composer.json and deno.json have both. */
const joined = (value: unknown): string => (typeof value === 'string' ? value : texts(value).join(' && '));

export function detectDeno(directory: Directory): Kind | null {
  const file = ['deno.json', 'deno.jsonc'].find((name) => directory.has(name));
  if (file === undefined) return null;
  const manifest = directory.parse(file, (json) => record(parseJsonc(json))) ?? {};
  const scripts = Object.entries(record(manifest['tasks'])).map(
    ([name, task]): RunnableScript => ({
      name,
      command: isRecord(task) ? (text(task['command']) ?? '') : joined(task),
      source: file,
      invocation: program('deno', 'task', name),
    }),
  );
  const workspaces = texts(
    Array.isArray(manifest['workspace']) ? manifest['workspace'] : record(manifest['workspace'])['members'],
  );
  return kind('deno', { name: text(manifest['name']), packageManager: 'deno', scripts, workspaces });
}

export function detectGo(directory: Directory): Kind | null {
  if (!directory.has('go.mod') && !directory.has('go.work')) return null;
  const module = directory.read('go.mod') ?? '';
  const path = /^module\s+"?([^\s"]+)"?/m.exec(module)?.[1];
  const work = directory.read('go.work') ?? '';
  const used = [...work.matchAll(/^\s*(?:use\s+)?(\.{1,2}\/?[^\s()]*)\s*$/gm)].map((match) => match[1] ?? '');
  return kind('go', {
    // `example.com/user/thing/v2`: the version is no name.
    name: path === undefined ? null : basename(path.replace(/\/v\d+$/, '')),
    packageManager: 'go',
    frameworks: frameworksIn(GO_FRAMEWORKS, module),
    scripts: [
      usual('build', 'go build ./...'),
      usual('test', 'go test ./...'),
      usual('vet', 'go vet ./...'),
      usual('run', 'go run .'),
    ],
    workspaces: used.filter((use) => use !== '.' && use !== './'),
  });
}

export function detectRust(directory: Directory): Kind | null {
  if (!directory.has('Cargo.toml')) return null;
  const manifest = directory.parse('Cargo.toml', (toml) => record(parseToml(toml))) ?? {};
  return kind('rust', {
    name: text(record(manifest['package'])['name']),
    packageManager: 'cargo',
    frameworks: frameworksOf(RUST_FRAMEWORKS, Object.keys(record(manifest['dependencies']))),
    scripts: [
      usual('build', 'cargo build'),
      usual('test', 'cargo test'),
      usual('run', 'cargo run'),
      usual('clippy', 'cargo clippy'),
    ],
    workspaces: texts(record(manifest['workspace'])['members']),
  });
}

export function detectJava(directory: Directory): Kind | null {
  const gradle = ['build.gradle', 'build.gradle.kts'].find((name) => directory.has(name));
  if (gradle === undefined && !directory.has('pom.xml')) return null;
  const source = directory.read(gradle ?? 'pom.xml') ?? '';
  const frameworks = frameworksIn(JAVA_FRAMEWORKS, source);
  const spring = frameworks.includes('spring-boot');
  if (gradle !== undefined) {
    const run = directory.has('gradlew') ? './gradlew' : 'gradle';
    const settings = directory.read('settings.gradle') ?? directory.read('settings.gradle.kts') ?? '';
    const name = /rootProject\.name\s*=\s*['"]([^'"]+)/.exec(settings)?.[1] ?? null;
    const scripts = [
      usual('build', `${run} build`),
      usual('test', `${run} test`),
      usual('run', `${run} ${spring ? 'bootRun' : 'run'}`),
    ];
    return kind('java', { name, packageManager: 'gradle', frameworks, scripts });
  }
  const run = directory.has('mvnw') ? './mvnw' : 'mvn';
  // The first artifactId after the parent's is the project's own.
  const name = /<artifactId>([^<]+)</.exec(source.replace(/<parent>[\s\S]*?<\/parent>/, ''))?.[1] ?? null;
  const scripts = [usual('build', `${run} package`), usual('test', `${run} test`)];
  if (spring) scripts.push(usual('run', `${run} spring-boot:run`));
  return kind('java', { name, packageManager: 'maven', frameworks, scripts });
}

export function detectRuby(directory: Directory): Kind | null {
  if (!directory.has('Gemfile')) return null;
  const gemfile = directory.read('Gemfile') ?? '';
  const gems = [...gemfile.matchAll(/^\s*gem\s+['"]([^'"]+)/gm)].map((match) => match[1] ?? '');
  const frameworks = frameworksOf(RUBY_FRAMEWORKS, gems);
  const scripts = [usual('install', 'bundle install')];
  if (frameworks.includes('rails'))
    scripts.push(usual('server', 'bundle exec rails server'), usual('test', 'bundle exec rails test'));
  else scripts.push(usual('test', 'bundle exec rake test'));
  return kind('ruby', { packageManager: 'bundler', frameworks, scripts });
}

export function detectPhp(directory: Directory): Kind | null {
  if (!directory.has('composer.json')) return null;
  const manifest = directory.parse('composer.json', (json) => record(JSON.parse(json))) ?? {};
  const frameworks = frameworksOf(PHP_FRAMEWORKS, Object.keys(record(manifest['require'])));
  const scripts = Object.entries(record(manifest['scripts'])).map(
    ([name, command]): RunnableScript => ({
      name,
      command: joined(command),
      source: 'composer.json',
      invocation: program('composer', 'run', name),
    }),
  );
  if (directory.has('artisan')) scripts.push(usual('serve', 'php artisan serve'));
  return kind('php', { name: text(manifest['name']), packageManager: 'composer', frameworks, scripts });
}

export function detectDotnet(directory: Directory): Kind | null {
  const file = directory.names().find((name) => /\.(sln|slnx|csproj|fsproj|vbproj)$/.test(name));
  if (file === undefined) return null;
  const frameworks = frameworksIn(DOTNET_FRAMEWORKS, directory.read(file) ?? '');
  const scripts = [
    usual('build', 'dotnet build'),
    usual('test', 'dotnet test'),
    usual('run', 'dotnet run'),
    usual('watch', 'dotnet watch'),
  ];
  return kind('dotnet', { name: file.replace(/\.\w+$/, ''), packageManager: 'dotnet', frameworks, scripts });
}
