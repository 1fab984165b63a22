/**
 * The symbols that one view of the intake sees, and their market time.
 *
 * @module
 */
import type { ExchangeRoom } from "./rooms.ts";
import type { IntakeState, SymbolState } from "./state.ts";

/** The symbols of one exchange, or with a null room those of all. */
export class WatchedSymbols {
  constructor(readonly state: IntakeState, readonly room: ExchangeRoom | null) {}

  /** Market time of what is seen here. */
  get market(): { marketMs: number; tickMs: number } {
    return this.room ?? this.state;
  }

  /** Returns a known symbol, of any exchange. */
  find(name: string): SymbolState | undefined {
    return this.state.symbols.get(name);
  }

  /**
   * Returns a symbol, made at the first question; one of no known exchange belongs to the one that
   * its source is named after.
   */
  open(name: string, source = ""): SymbolState {
    const known = this.state.symbols.get(name);
    if (known) return known;
    const created = this.state.createState(name, this.room ?? this.state.rooms.open(source));
    this.state.symbols.set(name, created);
    return created;
  }

  list(): SymbolState[] {
    const all = [...this.state.symbols.values()];
    return this.room === null ? all : all.filter((symbol) => symbol.room === this.room);
  }

  /** Follows these, and no others that are seen here. */
  keepOnly(names: readonly string[]): void {
    const wanted = new Set(names);
    for (const { symbol } of this.list()) {
      if (!wanted.has(symbol)) this.state.symbols.delete(symbol);
    }
    for (const name of wanted) this.open(name);
  }

  /** Something happened at `eventMs` (epoch ms). */
  noteTime(eventMs: number): void {
    const { state, room } = this;
    if (eventMs > state.marketMs) state.marketMs = eventMs;
    if (room) room.marketMs = Math.max(room.marketMs, eventMs);
    else for (const one of state.rooms.list()) one.marketMs = Math.max(one.marketMs, eventMs);
  }
}
