/**
 * Messages to many, spread over the turns of their targets, so that a thousand of them do not wait
 * for one another in the network's queue.
 *
 * @module
 */

/** So many are sent to at once; more are spread. */
const atOnceMax = 100;

/** One message on its way to one target. */
interface Waiting<T> {
  target: T;
  send: (target: T) => void;
}

/**
 * A queue of messages for each phase, each in the order of posting. Call `drain` with a phase on its
 * turn, and before anything that must not overtake what waits for a target of that phase.
 */
export class Outbox<T> {
  readonly #phases: Waiting<T>[][];
  readonly #getPhase: ((target: T) => number) | null;
  #waiting = 0;

  /** Without `getPhase` everything is sent by `post` itself. */
  constructor(phaseCount: number, getPhase: ((target: T) => number) | null) {
    this.#phases = Array.from({ length: phaseCount }, () => []);
    this.#getPhase = getPhase;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#waiting === 0;
  }

  /** Sends to few at once; to many, or behind something that waits, on their turns. */
  post(targets: ReadonlySet<T>, send: (target: T) => void): void {
    const getPhase = this.#getPhase;
    // The set may change while it is sent to: who joins meanwhile is not meant.
    if (!getPhase || (this.isEmpty && targets.size <= atOnceMax)) {
      return sendEach([...targets].map((target) => ({ target, send })));
    }
    for (const target of targets) this.#phases[getPhase(target)]!.push({ target, send });
    this.#waiting += targets.size;
  }

  /** Sends everything that waits for the targets of a phase. Throws what the first failed one threw. */
  drain(phase: number): void {
    const queue = this.#phases[phase]!;
    while (queue.length > 0) {
      const some = queue.splice(0);
      this.#waiting -= some.length;
      sendEach(some);
    }
  }

  /** Sends everything that waits for anybody. */
  drainAll(): void {
    for (let phase = 0; phase < this.#phases.length; phase++) this.drain(phase);
  }
}

/** One that fails keeps no other from being sent to. */
function sendEach<T>(all: readonly Waiting<T>[]): void {
  const errors: unknown[] = [];
  for (const { target, send } of all) {
    try {
      send(target);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
