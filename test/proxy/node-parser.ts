/** What Node's own HTTP parser makes of a stream: as a server of requests, and as a client of responses, on loopback. */
import { createServer, type IncomingMessage, type RequestListener, request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createNetServer, type Server as NetServer } from 'node:net';

export interface NodeMessage {
  readonly first: string;
  readonly fields: readonly string[];
  payload: string;
  /** Its end was reached. */
  whole: boolean;
}

export interface NodeReading {
  readonly messages: readonly NodeMessage[];
  /** Code of the parser's refusal; null: none. */
  readonly refusal: string | null;
}

const WIDE = { maxHeaderSize: 4_000_000 };

/** A server that reads one connection after another. */
export class NodeServer {
  readonly #server: Server = createServer({ ...WIDE, keepAliveTimeout: 0 });

  constructor() {
    this.#server.maxHeadersCount = 0;
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The requests of a connection that sends `text` and then no more. One at a time. */
  read(text: string): Promise<NodeReading> {
    const messages: NodeMessage[] = [];
    let refusal: string | null = null;
    const take: RequestListener = (incoming, response) => {
      messages.push(collect(incoming, `${incoming.method} ${incoming.url}`));
      incoming.on('end', () => response.end());
    };
    for (const event of ['request', 'checkExpectation', 'clientError']) this.#server.removeAllListeners(event);
    this.#server.on('request', take).on('checkExpectation', take);
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      refusal ??= error.code ?? 'unknown';
      socket.destroy();
    });
    return new Promise((resolve) => {
      const socket = connect((this.#server.address() as AddressInfo).port, '127.0.0.1', () =>
        socket.end(text, 'latin1'),
      );
      socket.on('error', () => {}).on('close', () => resolve({ messages, refusal }));
      socket.resume();
    });
  }
}

/** A target that answers each connection with a given stream, and Node's client before it. */
export class NodeClient {
  readonly #server: NetServer = createNetServer({ allowHalfOpen: true });
  #text = '';

  async open(): Promise<void> {
    this.#server.on('connection', (socket) => {
      socket.on('error', () => {}).once('data', () => socket.end(this.#text, 'latin1'));
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The responses, interim ones too, to one request of the method `answers`. One at a time. */
  read(text: string, answers: string): Promise<NodeReading> {
    this.#text = text;
    const messages: NodeMessage[] = [];
    let refusal: string | null = null;
    return new Promise((resolve) => {
      const { port } = this.#server.address() as AddressInfo;
      const outgoing = request({ port, host: '127.0.0.1', method: answers, agent: false, ...WIDE });
      outgoing.maxHeadersCount = 0;
      outgoing.on('information', (head) => {
        messages.push({
          first: `${head.statusCode} ${head.statusMessage}`,
          fields: head.rawHeaders,
          payload: '',
          whole: true,
        });
      });
      outgoing.on('response', (incoming) => {
        messages.push(collect(incoming, `${incoming.statusCode} ${incoming.statusMessage}`));
      });
      outgoing.on('upgrade', (incoming, socket, head) => {
        const first = `${incoming.statusCode} ${incoming.statusMessage}`;
        messages.push({ first, fields: incoming.rawHeaders, payload: head.toString('latin1'), whole: true });
        socket.destroy();
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        refusal ??= error.code ?? 'unknown';
      });
      outgoing.on('close', () => resolve({ messages, refusal }));
      outgoing.end();
    });
  }
}

function collect(incoming: IncomingMessage, first: string): NodeMessage {
  const message: NodeMessage = {
    first: `${first} ${incoming.httpVersion}`,
    fields: incoming.rawHeaders,
    payload: '',
    whole: false,
  };
  incoming.setEncoding('latin1');
  incoming.on('data', (text: string) => {
    message.payload += text;
  });
  incoming.on('end', () => {
    message.whole = incoming.complete;
  });
  incoming.on('error', () => {});
  return message;
}
