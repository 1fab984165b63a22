/**
 * Sends to many in slices, so that the first message is on the wire before the last is written.
 *
 * @module
 */

/** Sends between two turns of the network. */
const sliceSize = 100;

/** One message on its way to many. */
interface Job<T> {
  targets: readonly T[];
  send: (target: T) => void;
  next: number;
}

/**
 * A queue of messages to many, each sent in the order of posting. `drain` sends what waits: call it
 * before anything that must not overtake.
 */
export class Outbox<T> {
  #jobs: Job<T>[] = [];
  #isPlanned = false;

  /** Without `defer` everything is sent by `post` itself. */
  constructor(private readonly defer?: (run: () => void) => void) {}

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#jobs.length === 0;
  }

  /** Sends the first slice at once and the others later; behind a waiting message, all of it. */
  post(targets: ReadonlySet<T>, send: (target: T) => void): void {
    if (targets.size === 0) return;
    this.#jobs.push({ targets: [...targets], send, next: 0 });
    if (!this.defer) return this.drain();
    if (this.#jobs.length === 1) this.#sendSlice();
    this.#plan();
  }

  /** Sends everything that waits. */
  drain(): void {
    while (this.#jobs.length > 0) this.#sendSlice();
  }

  #plan(): void {
    if (this.#isPlanned || this.#jobs.length === 0) return;
    this.#isPlanned = true;
    this.defer!(() => {
      this.#isPlanned = false;
      if (this.#jobs.length > 0) this.#sendSlice();
      this.#plan();
    });
  }

  #sendSlice(): void {
    let left = sliceSize;
    while (left > 0 && this.#jobs.length > 0) {
      const job = this.#jobs[0]!;
      const end = Math.min(job.next + left, job.targets.length);
      left -= end - job.next;
      while (job.next < end) job.send(job.targets[job.next++]!);
      if (job.next === job.targets.length) this.#jobs.shift();
    }
  }
}
