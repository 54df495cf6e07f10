/** What projects' config files call secret, beside what always is: hidden in whatever is shown of any project. */
import { configFileOf } from '../project/config.ts';
import type { ExtraSecrets } from '../text/redact.ts';

export interface Redaction {
  /** Somebody works in `directory`: what its config calls secret counts from here on. */
  learn(directory: string): void;
  secrets(): ExtraSecrets;
}

/** More projects than anyone has; the one learnt of longest ago goes. */
const MOST_PROJECTS = 100;
/** A file is looked at again after so long. */
const KNOWN_MICROS = 1_000_000;

interface Known {
  readonly names: readonly string[];
  readonly patterns: readonly string[];
}

export function createRedaction(micros: () => number): Redaction {
  const known = new Map<string, Known>();
  const lookedAt = new Map<string, number>();
  let secrets = secretsOf([]);

  return {
    learn(directory) {
      const now = micros();
      if (now - (lookedAt.get(directory) ?? Number.NEGATIVE_INFINITY) < KNOWN_MICROS) return;
      lookedAt.delete(directory);
      lookedAt.set(directory, now);
      const { names = [], patterns = [] } = configFileOf(directory).redaction ?? {};
      const before = known.get(directory);
      if (before === undefined && names.length + patterns.length === 0) return;
      if (before?.names.join() === names.join() && before.patterns.join() === patterns.join()) return;
      known.set(directory, { names, patterns });
      for (const kept of [known, lookedAt]) {
        const [oldest] = kept.keys();
        if (kept.size > MOST_PROJECTS && oldest !== undefined) kept.delete(oldest);
      }
      secrets = secretsOf([...known.values()]);
    },
    secrets: () => secrets,
  };
}

function secretsOf(known: readonly Known[]): ExtraSecrets {
  const names = known.flatMap((one) => one.names);
  return {
    hint: names.length === 0 ? null : new RegExp(names.map(hintOf).join('|'), 'i'),
    names: new Set(names.map((name) => name.replace(/[^a-zA-Z0-9]/g, '').toLowerCase())),
    patterns: [...new Set(known.flatMap((one) => one.patterns))].map((source) => new RegExp(source, 'g')),
  };
}

/** `api_key` is also written apiKey, API-KEY. */
const hintOf = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/)
    .filter((word) => word !== '')
    .join('[_.$-]?');
