/**
 * Trading hours: when an exchange is open, told by its own sessions.
 *
 * @module
 */

/** One continuous session of an exchange. Times are epoch ms; `closeMs` is exclusive. */
export interface TradingSession {
  /** The exchange's calendar date, `2026-11-27`. */
  day: string;
  openMs: number;
  closeMs: number;
  /** True when it ends earlier than usual. */
  isHalfDay: boolean;
}

/** When one exchange trades. */
export interface TradingCalendar {
  /** For people: `New York Stock Exchange`. */
  name: string;
  /** IANA zone of the exchange's clock. */
  timeZone: string;
  /** First and last date that the table covers; outside it holidays are unknown. */
  firstDay: string;
  lastDay: string;
  isOpen(timeMs: number): boolean;
  /**
   * Returns the session that runs at `timeMs`, or else the next one.
   *
   * @throws {RangeError} If `timeMs` lies outside the table.
   */
  getSession(timeMs: number): TradingSession;
  /** Returns the sessions that overlap `from` (inclusive) to `to` (exclusive), in order. */
  listSessions(from: number, to: number): TradingSession[];
}
