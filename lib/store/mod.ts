/**
 * The store: everything that outlives the process. Deno KV is known in this folder only.
 *
 * @module
 */
export type { PackedBarStore } from "./bars.ts";
export {
  type BucketAnswer,
  type Buckets,
  createBuckets,
  createMemoryBucketCells,
} from "./buckets.ts";
export { getFreeBytes, isDiskLow } from "./disk.ts";
export { StoreError, type StoreErrorCode } from "./errors.ts";
export type { GateMetrics } from "./gate.ts";
export {
  collections,
  defineCollection,
  getConfidenceBucket,
  listConfidenceBuckets,
  MILLIONTHS,
} from "./indexes.ts";
export type { JobHandler, JobMessage, JobQueue, ParkedJob } from "./job_queue.ts";
export { type KeptNotice, type KeptText, type KeptTexts, MAX_KEPT_BYTES } from "./kept.ts";
export type { Lease, Leases } from "./lease.ts";
export type { OwnedName, OwnedRecord, OwnedStore, Transaction } from "./owned.ts";
export type {
  AlertStateRecord,
  AnsweredRecord,
  BatchRecord,
  EmailRecord,
} from "./owned_indexes.ts";
export { checkStoreFile } from "./precheck.ts";
export {
  createMemoryQuotaCells,
  createQuotas,
  type Quota,
  type Quotas,
  type QuotaView,
} from "./quotas.ts";
export { type Purgeable, purgeRecords } from "./purge.ts";
export { openSecretFile } from "./secret_file.ts";
export { openStore, type Store, type StoreOptions } from "./store.ts";
export type * from "./types.ts";
export * from "./views.ts";
export type { VisitBook } from "./visits.ts";
export type { OpenWorld, WorldSize } from "./world.ts";
