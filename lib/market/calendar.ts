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

/** What a calendar is made from: the usual hours, and every day that differs. */
export interface CalendarTable {
  name: string;
  timeZone: string;
  /** First and last date that the rows cover. */
  firstDay: string;
  lastDay: string;
  /** Usual hours from Monday to Friday on the exchange's clock, `09:30`. */
  open: string;
  close: string;
  /** Weekdays without a session, by date, with their reason. */
  holidays: Readonly<Record<string, string>>;
  /** Weekdays that end early, by date, with their close and reason. */
  shortDays: Readonly<Record<string, { close: string; reason: string }>>;
}

const dayMs = 86_400_000;
const isoDay = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Returns the calendar of a table. Its sessions are worked out at the first question; every method
 * throws a RangeError for a time outside the table, as holidays are unknown there.
 *
 * @throws {RangeError} If a row is no date of the table, no weekday, or given twice.
 */
export function createCalendar(table: CalendarTable): TradingCalendar {
  checkTable(table);
  const { name, timeZone, firstDay, lastDay } = table;
  const clock = createZoneClock(timeZone);
  const fromMs = clock.toEpochMs(firstDay, "00:00");
  const toMs = clock.toEpochMs(nextDay(lastDay), "00:00");
  let made: TradingSession[] | null = null;
  const getAll = () => made ??= makeSessions(table, clock);
  const cover = (timeMs: number, isWithin: boolean) => {
    if (isWithin) return;
    const was = Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : String(timeMs);
    throw new RangeError(
      `Cannot tell the trading hours of ${name}: a time from ${firstDay} to ${lastDay} is ` +
        `required, was ${was}`,
    );
  };
  /** Questions come in order of time, so the session of the last one mostly answers the next. */
  let near = 0;
  const findNext = (timeMs: number): number => {
    const all = getAll();
    const before = near > 0 ? all[near - 1]!.closeMs : -Infinity;
    if (near < all.length && timeMs < all[near]!.closeMs && timeMs >= before) return near;
    return near = findFirst(all, (session) => session.closeMs > timeMs);
  };
  return {
    name,
    timeZone,
    firstDay,
    lastDay,
    isOpen(timeMs) {
      cover(timeMs, timeMs >= fromMs && timeMs < toMs);
      const session = getAll()[findNext(timeMs)];
      return session !== undefined && timeMs >= session.openMs;
    },
    getSession(timeMs) {
      const index = timeMs >= fromMs && timeMs < toMs ? findNext(timeMs) : Infinity;
      const session = getAll()[index];
      cover(timeMs, session !== undefined);
      return session!;
    },
    listSessions(from, to) {
      if (!(from < to)) return [];
      cover(from, from >= fromMs);
      cover(to, to <= toMs);
      const all = getAll();
      const first = findFirst(all, (session) => session.closeMs > from);
      return all.slice(first, findFirst(all, (session) => session.openMs >= to));
    },
  };
}

/** Returns the index of the first session that fits; all after it must fit as well. */
function findFirst(
  sessions: readonly TradingSession[],
  fits: (session: TradingSession) => boolean,
): number {
  let low = 0;
  let high = sessions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (fits(sessions[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function makeSessions(table: CalendarTable, clock: ZoneClock): TradingSession[] {
  const sessions: TradingSession[] = [];
  for (let day = table.firstDay; day <= table.lastDay; day = nextDay(day)) {
    if (isWeekend(day) || Object.hasOwn(table.holidays, day)) continue;
    const short = Object.hasOwn(table.shortDays, day) ? table.shortDays[day] : undefined;
    sessions.push({
      day,
      openMs: clock.toEpochMs(day, table.open),
      closeMs: clock.toEpochMs(day, short?.close ?? table.close),
      isHalfDay: short !== undefined,
    });
  }
  return sessions;
}

function checkTable({ name, firstDay, lastDay, holidays, shortDays }: CalendarTable): void {
  for (const day of [...Object.keys(holidays), ...Object.keys(shortDays)]) {
    const isTwice = Object.hasOwn(holidays, day) && Object.hasOwn(shortDays, day);
    const isDate = isoDay.test(day) && nextDay(day, 0) === day;
    if (isDate && day >= firstDay && day <= lastDay && !isWeekend(day) && !isTwice) continue;
    throw new RangeError(
      `Cannot make the calendar of ${name}: each row must be one weekday from ${firstDay} to ` +
        `${lastDay}, was ${day}`,
    );
  }
}

/** Returns the date `days` after `day`. */
function nextDay(day: string, days = 1): string {
  const time = Date.parse(`${day}T00:00:00Z`) + days * dayMs;
  return Number.isNaN(time) ? "" : new Date(time).toISOString().slice(0, 10);
}

function isWeekend(day: string): boolean {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return weekday === 0 || weekday === 6;
}

/** The wall clock of one zone. */
interface ZoneClock {
  toEpochMs(day: string, time: string): number;
}

/** Returns the date on the clock of `timeZone` at `timeMs`, `2026-11-27`. */
export function formatZoneDay(timeMs: number, timeZone: string): string {
  return new Date(timeMs + getOffsetMs(timeMs, timeZone)).toISOString().slice(0, 10);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns how far the zone's clock is ahead of UTC at `timeMs`; it counts whole minutes. */
function getOffsetMs(timeMs: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
    });
    formats.set(timeZone, format);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(timeMs)) part[type] = Number(value);
  const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!);
  return local - Math.floor(timeMs / 60_000) * 60_000;
}

function createZoneClock(timeZone: string): ZoneClock {
  let offsetMs = 0;
  return {
    toEpochMs(day, time) {
      const wall = Date.parse(`${day}T${time}:00Z`);
      // The offset of the day before mostly holds; where the clock was changed, the instant is found
      // in a second step, as no session begins within a change.
      for (let step = 0; step < 3; step++) {
        const held = offsetMs;
        offsetMs = getOffsetMs(wall - held, timeZone);
        if (offsetMs === held) break;
      }
      return wall - offsetMs;
    },
  };
}
