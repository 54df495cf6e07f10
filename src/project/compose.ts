/** Docker Compose: the services of a project, as information. Whether and how they are run is Docker's. */
import { type Directory, firstPresent } from './directory.ts';
import { parseYaml } from './formats.ts';
import type { Service } from './project.ts';
import { record, text } from './values.ts';

/** In the order in which Compose looks for them. */
const FILES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const MOST_SERVICES = 100;
const LONGEST = 200;

export function composeServices(directory: Directory): Service[] {
  const file = firstPresent(directory, FILES);
  const services = file === null ? {} : record(directory.parse(file, parseYaml)?.['services']);
  return Object.entries(services)
    .slice(0, MOST_SERVICES)
    .map(([name, given]) => {
      const { image, ports } = record(given);
      const published = Array.isArray(ports) ? ports.flatMap((port) => portOf(port) ?? []) : [];
      return { name: cut(name), image: cut(text(image) ?? '') || null, ports: published, source: file ?? '' };
    });
}

const cut = (given: string): string => given.slice(0, LONGEST);

/** `8080:80`, as Compose's short form has it; of the long form the same. */
function portOf(given: unknown): string | null {
  if (typeof given === 'string' || typeof given === 'number') return cut(String(given));
  const { published, target } = record(given);
  const ports = [published, target].filter((port) => typeof port === 'string' || typeof port === 'number');
  return ports.length === 0 ? null : cut(ports.join(':'));
}
