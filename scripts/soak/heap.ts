// The heap of another process of Node after a full collection: what is really in use. Over its inspector, which
// NODE_OPTIONS=--inspect opens, so that the service needs nothing for it.

/** What a process prints when its inspector listens. */
const LISTENING = /Debugger listening on (ws:\S+)/;
export const INSPECTED = {
  NODE_OPTIONS: [process.env.NODE_OPTIONS, '--inspect=127.0.0.1:0'].filter(Boolean).join(' '),
};

export const inspectorIn = (line: string): string | undefined => LISTENING.exec(line)?.[1];

export class Heap {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (result: Record<string, number>) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const { id, result } = JSON.parse(String(data));
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
  }

  static async of(url: string): Promise<Heap> {
    const socket = new WebSocket(url);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', () => reject(new Error(`the inspector at ${url} can't be reached`)), {
        once: true,
      });
    });
    return new Heap(socket);
  }

  /** Bytes in use after a full collection. */
  async used(): Promise<number> {
    await this.#ask('HeapProfiler.collectGarbage');
    return (await this.#ask('Runtime.getHeapUsage')).usedSize ?? 0;
  }

  close(): void {
    this.#socket.close();
  }

  #ask(method: string): Promise<Record<string, number>> {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify({ id, method }));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }
}
