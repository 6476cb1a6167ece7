/** One event of a stream (server-sent events). */
export interface ServerEvent {
  event: string;
  data: Record<string, unknown>;
}

export interface EventStream {
  status: number;
  headers: Headers;
  /** The next event; rejects when the stream ends first, or nothing comes for a long time. */
  next(): Promise<ServerEvent>;
  /** Resolves when the server has ended the stream or cut the connection. */
  ended: Promise<void>;
  close(): void;
}

const MOST_MILLISECONDS = 15_000;

/** Listens to a stream of events, as EventSource would. */
export async function openEvents(url: string, path: string, headers: Record<string, string>): Promise<EventStream> {
  const cut = new AbortController();
  const response = await fetch(url + path, { headers, signal: cut.signal });
  if (!response.body) throw new Error('a stream without a body');
  const events: ServerEvent[] = [];
  let over = false;
  let wake = () => {};
  const ended = read(response.body, (event) => {
    events.push(event);
    wake();
  }).finally(() => {
    over = true;
    wake();
  });

  async function next(): Promise<ServerEvent> {
    for (const deadline = Date.now() + MOST_MILLISECONDS; events.length === 0; ) {
      if (over) throw new Error('the stream ended before the event that was waited for');
      if (Date.now() > deadline) throw new Error(`no event within ${MOST_MILLISECONDS} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return events.shift() as ServerEvent;
  }

  return { status: response.status, headers: response.headers, next, ended, close: () => cut.abort() };
}

/** Parses events as they come; comments and retry times are passed over. */
async function read(body: ReadableStream<Uint8Array>, each: (event: ServerEvent) => void): Promise<void> {
  let text = '';
  try {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + chunk).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
        if (fields.event && fields.data) each({ event: fields.event, data: JSON.parse(fields.data) });
      }
    }
  } catch {
    // Cut by either side: the stream is over.
  }
}
