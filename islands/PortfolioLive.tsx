import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { portfolioStrings as words } from "../lib/format/portfolio_strings.ts";
import {
  add,
  type Decimal,
  decimalOf,
  divide,
  formatDecimal,
  multiply,
  one,
  parseDecimal,
  subtract,
} from "../lib/portfolio/decimal.ts";
import type { HoldingView, PortfolioWorth, ReturnsView } from "../lib/ui/own_views.ts";
import { getLivePrice } from "../lib/ui/page_state.ts";
import {
  applyPrice,
  applySums,
  foldParts,
  type TextArithmetic,
  thinOut,
} from "../lib/ui/portfolio_live.ts";
import {
  AllocationRing,
  CashTable,
  type DayValue,
  HoldingsTable,
  PortfolioStats,
  ValueLine,
} from "../lib/ui/PortfolioParts.tsx";
import AgeTicker from "./AgeTicker.tsx";

/** The course of the value, and the returns over it. */
export interface Course {
  points: DayValue[];
  missingDays: number;
  returns: ReturnsView;
}

interface Props {
  id: string;
  worth: PortfolioWorth;
  course: Course;
  /** Symbols whose live prices are in this currency. */
  quotes: Record<string, string>;
  marketMs: number;
  wallMs: number;
  isStill: boolean;
}

/** How often the worth is read anew, ms. */
const renewMs = 30_000;
/** Digits after the point that live amounts keep. */
const digitsMax = 18;
/** Points of the line, and parts of the ring, that are drawn. */
const pointsMax = 400;
const partsMax = 6;

const write = (value: Decimal) =>
  formatDecimal(value.digits > digitsMax ? divide(value, one, digitsMax) : value);
const apply = (act: (a: Decimal, b: Decimal) => Decimal) => (a: string, b: string) =>
  write(act(parseDecimal(a), parseDecimal(b)));
const math: TextArithmetic = {
  add: apply(add),
  subtract: apply(subtract),
  multiply: apply(multiply),
  divide: apply(divide),
  of: (value) => write(decimalOf(value)),
};

const allocations = ["symbol", "exchange", "currency"] as const;

/** How the value is divided, by one thing or another. */
function Allocation({ worth }: { worth: PortfolioWorth }) {
  const by = useSignal<typeof allocations[number]>("symbol");
  const parts = by.value === "symbol" ? worth.allocation : worth.allocationBy[by.value];
  return (
    <section class="card" aria-labelledby="allocation">
      <h2 id="allocation">{words.allocation}</h2>
      <div class="segments js-only" role="group" aria-label={words.allocation}>
        {allocations.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={by.value === each}
            onClick={() => by.value = each}
          >
            {words.allocationBy[each]}
          </button>
        ))}
      </div>
      <AllocationRing
        parts={foldParts(parts, partsMax, words.others, math.add)}
        label={words.allocationBy[by.value]}
      />
    </section>
  );
}

/** What is missing and what could not be booked, in words. */
function Doubts({ missing, problems }: Pick<PortfolioWorth, "missing" | "problems">) {
  return (
    <>
      {missing.length > 0 && (
        <p class="doubt">{words.missing(missing.slice(0, 10).join(", ").replaceAll("|", " "))}</p>
      )}
      {problems.count > 0 && (
        <div class="doubt">
          <p>{words.problems(problems.count)}</p>
          <ul>
            {problems.first.slice(0, 5).map(({ activityId, kind, message }) => (
              <li key={`${activityId} ${kind}`}>{message}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** Reads the worth and the course anew. */
async function readAnew(id: string): Promise<{ worth: PortfolioWorth; course: Course } | null> {
  const path = `/api/v1/portfolios/${id}`;
  const [worth, course] = await Promise.all([
    fetch(`${path}/value?returns=false`),
    fetch(`${path}/history`),
  ]);
  return worth.ok && course.ok ? { worth: await worth.json(), course: await course.json() } : null;
}

/** A portfolio's figures, moved by each price that comes in and by each change of its book. */
export default function PortfolioLive(props: Props) {
  const worth = useSignal(props.worth);
  const course = useSignal(props.course);
  useEffect(() => {
    const renew = () =>
      // Without an answer the figures stay, and their ages go on.
      void readAnew(props.id).then((next) => {
        if (!next) return;
        worth.value = next.worth;
        course.value = next.course;
      }, () => {});
    addEventListener("portfolio-changed", renew);
    // Rates and prices that no stream brings are read anew while somebody looks.
    const timer = setInterval(() => document.hidden || renew(), renewMs);
    return () => {
      removeEventListener("portfolio-changed", renew);
      clearInterval(timer);
    };
  }, []);
  const holdings = worth.value.holdings.map((holding): HoldingView => ({
    ...holding,
    ...applyPrice(
      holding,
      props.quotes[holding.symbol] === holding.currency ? getLivePrice(holding.symbol).value : null,
      math,
    ),
  }));
  const sums = { ...worth.value, ...applySums(worth.value, holdings, math) };
  const times = { marketMs: props.marketMs, wallMs: props.wallMs, isStill: props.isStill };
  return (
    <>
      <PortfolioStats sums={sums} returns={course.value.returns} />
      <Doubts missing={worth.value.missing} problems={worth.value.problems} />
      <section class="card" aria-labelledby="holdings">
        <h2 id="holdings">{words.holdings}</h2>
        <HoldingsTable
          holdings={holdings}
          renderAge={({ priceMs, priceSource }) => (
            <AgeTicker timeMs={priceMs} source={priceSource ?? ""} {...times} />
          )}
        />
      </section>
      <div class="halves">
        <Allocation worth={worth.value} />
        <section class="card" aria-labelledby="course">
          <h2 id="course">{words.history}</h2>
          <ValueLine
            points={thinOut(course.value.points, pointsMax)}
            missingDays={course.value.missingDays}
          />
        </section>
      </div>
      <CashTable cash={worth.value.cash} currency={worth.value.currency} />
    </>
  );
}
