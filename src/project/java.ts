/** Java and Kotlin: Gradle or Maven, by their build files' text; neither is a language to be parsed here. */
import type { Directory } from './directory.ts';
import { frameworksIn, JAVA_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, type RunnableScript, usual } from './project.ts';

const GRADLE_FILES = ['build.gradle', 'build.gradle.kts', 'settings.gradle', 'settings.gradle.kts'];

export function detectJava(directory: Directory): Kind | null {
  const gradle = GRADLE_FILES.find((name) => directory.has(name));
  if (gradle !== undefined) return ofGradle(directory, gradle);
  return directory.has('pom.xml') ? ofMaven(directory) : null;
}

function ofGradle(directory: Directory, file: string): Kind {
  const source = directory.read(file) ?? '';
  const frameworks = frameworksIn(JAVA_FRAMEWORKS, source);
  const settingsFile = ['settings.gradle', 'settings.gradle.kts'].find((name) => directory.has(name));
  const settings = settingsFile === undefined ? [] : directory.lines(settingsFile);
  const program = directory.has('gradlew') ? './gradlew' : 'gradle';
  const applies = /(id|apply plugin:)[\s('"]{1,4}application\b|^\s{0,8}application\s*$/m.test(source);
  const run = gradleRun(frameworks) ?? (applies ? 'run' : null);
  return kindOf('java', {
    name: quoted(settings.find((line) => line.trim().startsWith('rootProject.name')) ?? '')[0] ?? null,
    frameworks,
    scripts: [usual('build', `${program} build`), usual('test', `${program} test`), ...runOf(program, run, frameworks)],
    workspaces: settings
      .filter((line) => /^include\b/.test(line.trim()))
      .flatMap(quoted)
      .map((path) => path.replace(/^:/, '').replaceAll(':', '/')),
  });
}

function gradleRun(frameworks: readonly string[]): string | null {
  if (frameworks.includes('spring-boot')) return 'bootRun';
  return frameworks.includes('quarkus') ? 'quarkusDev' : null;
}

function ofMaven(directory: Directory): Kind {
  const source = directory.read('pom.xml') ?? '';
  const frameworks = frameworksIn(JAVA_FRAMEWORKS, source);
  const program = directory.has('mvnw') ? './mvnw' : 'mvn';
  const goal = frameworks.includes('spring-boot')
    ? 'spring-boot:run'
    : frameworks.includes('quarkus')
      ? 'quarkus:dev'
      : null;
  return kindOf('java', {
    name: artifact(source),
    frameworks,
    scripts: [
      usual('build', `${program} package`),
      usual('test', `${program} test`),
      ...runOf(program, goal, frameworks),
    ],
    workspaces: [...source.matchAll(/<module>([^<]{1,200})</g)].map((match) => (match[1] ?? '').trim()),
  });
}

const runOf = (program: string, task: string | null, frameworks: readonly string[]): RunnableScript[] =>
  task === null ? [] : [usual('run', `${program} ${task}`, { server: frameworks.length > 0 })];

/** The first artifactId that is not the parent's is the project's own. */
function artifact(pom: string): string | null {
  const [parent, parentEnd] = [pom.indexOf('<parent>'), pom.indexOf('</parent>')];
  const own = parent === -1 || parentEnd < parent ? pom : pom.slice(0, parent) + pom.slice(parentEnd);
  return /<artifactId>([^<]{1,200})</.exec(own)?.[1]?.trim() ?? null;
}

const quoted = (line: string): string[] => [...line.matchAll(/(["'])([^"']{1,200})\1/g)].map((match) => match[2] ?? '');
