import type { PageClient } from '../src/proxy/surroundings.ts';
export function pageClient(): Promise<PageClient>;
