/**
 * What a caller can do wrong, and what we cannot do: one class per status of the API.
 *
 * @module
 */

/** One thing wrong with the input; `pointer` is a JSON pointer such as `/query/limit`. */
export interface InputError {
  detail: string;
  pointer: string;
}

/** A failure that a client may be told about. `message` becomes the detail of the problem. */
export class ApiError extends Error {
  override name = "ApiError";

  constructor(
    readonly status: 400 | 401 | 402 | 403 | 404 | 429 | 503,
    message: string,
    readonly errors: readonly InputError[] = [],
  ) {
    super(message);
  }
}

/** The input does not fit its contract; each fault has its pointer. */
export class BadRequestError extends ApiError {
  override name = "BadRequestError";

  constructor(message: string, errors: readonly InputError[] = []) {
    super(400, message, errors);
  }
}

/** Nobody is signed in, and this needs somebody. */
export class UnauthorizedError extends ApiError {
  override name = "UnauthorizedError";

  constructor(message: string) {
    super(401, message);
  }
}

/** Whoever is signed in may not do this. */
export class ForbiddenError extends ApiError {
  override name = "ForbiddenError";

  constructor(message: string) {
    super(403, message);
  }
}

/** What was asked for does not exist. */
export class NotFoundError extends ApiError {
  override name = "NotFoundError";

  constructor(message: string) {
    super(404, message);
  }
}

/** Too many requests; `retryAfterMs` is how long until the next one is taken. */
export class RateLimitedError extends ApiError {
  override name = "RateLimitedError";

  constructor(message: string, readonly retryAfterMs: number) {
    super(429, message);
  }
}

/** It exists, but cannot be had now. */
export class ServiceUnavailableError extends ApiError {
  override name = "ServiceUnavailableError";

  constructor(message: string) {
    super(503, message);
  }
}
