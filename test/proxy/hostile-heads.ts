/**
 * Requests and responses made by combination from what has fooled HTTP proxies, each labelled: legal ones have to be passed on, the
 * others refused. Legal means RFC 9112 with the strictness of RELIABILITY T11: one way to say a length, CR LF alone, one Host.
 * Every stream is one message with its body; after it the sender closes.
 */
export type { HostileCase } from './hostile-parts.ts';
export { hostileRequests } from './hostile-requests.ts';
export { type HostileResponse, hostileResponses } from './hostile-responses.ts';
