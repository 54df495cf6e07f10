/** Kinds of the events that `devtool://events` tells, for the daemon that tells them and for whoever shows them. */
export const EVENT_KINDS = [
  'started',
  'ready',
  'restart',
  'crash',
  'ended',
  'output',
  'page',
  '5xx',
  '4xx',
  'slow',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
