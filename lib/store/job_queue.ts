/**
 * Queued work: what a queue promises, and the rules that both kinds of queue share.
 *
 * Work is done at least once, so every handler is idempotent; the same id is taken only once. What
 * fails too often is parked, with its error, instead of being lost or tried for ever.
 *
 * @module
 */
import { jobsPrefix } from "./keys.ts";

/** Does the work of one topic; a rejection means: try again later. */
export type JobHandler = (body: unknown, job: JobMessage) => Promise<void>;

/** Work on its way. */
export interface JobMessage {
  id: string;
  topic: string;
  body: unknown;
  /** 1 for the first attempt. */
  attempt: number;
}

/** Work that was given up. */
export interface ParkedJob extends JobMessage {
  error: string;
  /** Epoch ms, wall time. */
  parkedAt: number;
}

/** A queue of work that outlives the process. */
export interface JobQueue {
  /**
   * Queues work; with an `id` that is or was queued within a day, nothing. Returns whether it was
   * taken. `delayMs` is at most 30 days.
   */
  enqueue(topic: string, body: unknown, options?: { id?: string; delayMs?: number }): Promise<
    boolean
  >;
  /**
   * Drafts what `enqueue` would do, to be part of somebody's commit: null when the id is remembered.
   * The commit fails when the same id is queued meanwhile; call `announce` after it.
   */
  draft(
    topic: string,
    body: unknown,
    options: { id: string; delayMs?: number },
  ): Promise<((atomic: Deno.AtomicOperation) => void) | null>;
  /** Says that drafted work was committed, so that it begins at once. */
  announce(job: Pick<JobMessage, "id" | "topic" | "body">): void;
  /** Starts the one dispatcher for all topics. Work of a topic without handler is parked. */
  listen(handlers: Readonly<Record<string, JobHandler>>): void;
  /** What was given up. */
  parked(): Promise<ParkedJob[]>;
  /** Takes no more work and resolves when what runs has ended. */
  stop(): Promise<void>;
}

/** When work is tried again, in ms after each failed attempt; then it is parked. */
export const RETRY_WAITS_MS = [1_000, 5_000, 30_000, 120_000];
/** How long an id is remembered. */
export const REMEMBER_MS = 86_400_000;

/** What is stored of an id: the attempt that counts, so that older deliveries are dropped. */
export interface JobState {
  attempt: number;
  status: "waiting" | "done" | "parked";
  /** Epoch ms; a state older than this is as good as none. */
  expiresAt: number;
  /** Of waiting work: what it is, when it is due (epoch ms), and how often a start found it so. */
  job?: Pick<JobMessage, "topic" | "body"> & { dueAt: number; found: number };
}

/** Key of what is remembered of an id. */
export const getJobStateKey = (id: string): Deno.KvKey => [...jobsPrefix, "state", id];
/** Prefix of the work that was given up. */
export const parkedPrefix: Deno.KvKey = [...jobsPrefix, "parked"];

/** What a queue of either kind adds to a commit, to deliver `job` after `delayMs`. */
export type AddDelivery = (
  atomic: Deno.AtomicOperation,
  job: JobMessage,
  delayMs: number,
) => void;
