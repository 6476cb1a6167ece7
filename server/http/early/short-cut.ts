import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type FirstLine, WholeRequests } from './whole-request.ts';

/** Requests that Node was given since the connection is read here, and those of them that it has answered. */
interface Connection {
  given: number;
  answered: number;
}

/**
 * Reads connections ahead of Node, so that whom there is nothing to be done for costs next to nothing: for each request Node
 * makes two streams, which is several times what a refusal takes. What is not refused goes to Node as it came. Begins on a
 * connection when Node has refused a request of it (one that Node never got a request of would be closed by it as too
 * slow); one that sends anything but whole and plain requests is Node's for good.
 */
export class ShortCut {
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #refusal: (asked: FirstLine) => string | null;
  /** Whether what Node is just being given is not to be refused. */
  lettingIn = false;

  /** @param refusal the whole answer, where a request is to be refused */
  constructor(refusal: (asked: FirstLine) => string | null) {
    this.#refusal = refusal;
  }

  /** Call it for each request that Node took. @param refused its answer is a refusal: reads its connection from then on */
  taken(response: ServerResponse, refused: boolean): void {
    const { req: request } = response;
    const { socket } = request;
    const connection = this.#connections.get(socket);
    if (connection) response.once('finish', () => void connection.answered++);
    else if (refused) request.once('close', () => request.complete && this.#readAhead(socket));
  }

  #readAhead(socket: Socket): void {
    const [toNode, ...others] = socket.listeners('data') as ((piece: Buffer) => void)[];
    if (toNode === undefined || others.length > 0 || this.#connections.has(socket)) return;
    const connection: Connection = { given: 0, answered: 0 };
    this.#connections.set(socket, connection);
    const requests = new WholeRequests();
    const read = (piece: Buffer) => {
      const asked = requests.read(piece);
      if (asked === null) {
        socket.on('data', toNode).removeListener('data', read);
        toNode(piece);
        return;
      }
      // The first may be the rest of another request, of which Node knows and we don't: once it has taken and answered
      // that, both of us stand at the beginning of one. Who asks before their last answer is there gets theirs after it;
      // and Node lets wait who doesn't read their answers.
      const { given, answered } = connection;
      const free = given > 0 && given === answered && !socket.writableNeedDrain;
      const refusal = free ? this.#refusal(asked) : null;
      if (refusal !== null) {
        socket.write(refusal, 'latin1');
        return;
      }
      connection.given++;
      this.lettingIn = free;
      toNode(piece);
      this.lettingIn = false;
    };
    socket.on('data', read).removeListener('data', toNode);
  }
}
