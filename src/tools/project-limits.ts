/** Limits that a project's config file sets for itself. */
import { configFileOf } from '../project/config.ts';

/** Its processes go on so long after its last client has left; null: as long as any. */
export const projectIdleMs = (path: string): number | null => configFileOf(path).limits?.project_idle_ms ?? null;
