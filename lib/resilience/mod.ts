/**
 * Guards against a failing outside world: breaker, backoff, quota, cadence. All are told the time,
 * none waits or fetches by itself; a new guard is a new file here, exported below.
 *
 * @module
 */
export * from "./backoff.ts";
export * from "./breaker.ts";
export * from "./bucket.ts";
export * from "./cadence.ts";
export * from "./quota.ts";
