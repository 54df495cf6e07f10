/** HAR 1.2 as its specification says it, strictly: every field that is not optional there, with its type, and none of an unknown name. */
import * as z from 'zod';

const when = z.iso.datetime({ offset: true });
const whole = z.int();
const milliseconds = z.number().min(0);
const maybe = z.number().min(-1);
const comment = z.string().optional();
const pairs = z.array(z.strictObject({ name: z.string(), value: z.string(), comment }));

/** Names of our own begin with an underscore, as the specification asks. */
const own = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .looseObject(shape)
    .refine(
      (value) => Object.keys(value).every((name) => name in shape || name.startsWith('_')),
      'a name that HAR 1.2 does not have',
    );

const cookies = z.array(
  own({
    name: z.string(),
    value: z.string(),
    path: z.string().optional(),
    domain: z.string().optional(),
    expires: when.optional(),
    httpOnly: z.boolean().optional(),
    secure: z.boolean().optional(),
    comment,
  }),
);

const request = own({
  method: z.string().min(1),
  url: z.url(),
  httpVersion: z.string().min(1),
  cookies,
  headers: pairs,
  queryString: pairs,
  postData: own({ mimeType: z.string(), params: pairs, text: z.string(), comment }).optional(),
  headersSize: whole.min(-1),
  bodySize: whole.min(-1),
  comment,
});

const response = own({
  status: whole.min(0),
  statusText: z.string(),
  httpVersion: z.string().min(1),
  cookies,
  headers: pairs,
  content: own({
    size: whole.min(0),
    compression: whole.optional(),
    mimeType: z.string().min(1),
    text: z.string().optional(),
    encoding: z.string().optional(),
    comment,
  }),
  redirectURL: z.string(),
  headersSize: whole.min(-1),
  bodySize: whole.min(-1),
  comment,
});

const entry = own({
  pageref: z.string().optional(),
  startedDateTime: when,
  time: milliseconds,
  request,
  response,
  cache: z.strictObject({}),
  timings: z.strictObject({
    blocked: maybe.optional(),
    dns: maybe.optional(),
    connect: maybe.optional(),
    send: milliseconds,
    wait: milliseconds,
    receive: milliseconds,
    ssl: maybe.optional(),
    comment,
  }),
  serverIPAddress: z.string().optional(),
  connection: z.string().optional(),
  comment,
}).refine(({ time, timings: { blocked = -1, dns = -1, connect = -1, send, wait, receive } }) => {
  const phases = [blocked, dns, connect, send, wait, receive].filter((phase) => phase > 0);
  return Math.abs(phases.reduce((sum, phase) => sum + phase, 0) - time) < 0.01;
}, 'time is not the sum of the timings');

export const harSchema = z.strictObject({
  log: own({
    version: z.literal('1.2'),
    creator: z.strictObject({ name: z.string(), version: z.string(), comment }),
    browser: z.strictObject({ name: z.string(), version: z.string(), comment }).optional(),
    pages: z.array(
      own({
        startedDateTime: when,
        id: z.string(),
        title: z.string(),
        pageTimings: z.strictObject({ onContentLoad: maybe.optional(), onLoad: maybe.optional(), comment }),
        comment,
      }),
    ),
    entries: z.array(entry),
    comment,
  }),
});
