/**
 * Structured log lines: one JSON object a line, with a level, a message and fields.
 *
 * @module
 */

/** How important a line is, least first. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
/** One of the log levels. */
export type LogLevel = (typeof logLevels)[number];

/** Facts beside the message; values must survive `JSON.stringify`. */
export type LogFields = Record<string, unknown>;

/** Writes lines at or above its level. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Returns a logger that hands each line, without a line break, to `write`. */
export function createLogger(
  { level = "info", now, write = (line) => console.log(line) }: {
    level?: LogLevel;
    now: () => number;
    write?: (line: string) => void;
  },
): Logger {
  const least = logLevels.indexOf(level);
  const at = (name: LogLevel) => (message: string, fields: LogFields = {}) => {
    if (logLevels.indexOf(name) < least) return;
    write(JSON.stringify({
      time: new Date(now()).toISOString(),
      level: name.toUpperCase(),
      message,
      ...fields,
    }));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A logger that keeps silent. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};
