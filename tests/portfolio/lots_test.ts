import { deepEqual, equal } from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  compare,
  type Decimal,
  decimalOf,
  formatDecimal,
  isZero,
  multiply,
  parseDecimal,
  subtract,
  zero,
} from "../../lib/portfolio/decimal.ts";
import {
  addAmounts,
  type Amount,
  createLotQueue,
  type LotQueue,
  noAmount,
  putLot,
  splitUnits,
  subtractAmounts,
  takeLots,
} from "../../lib/portfolio/lots.ts";

const amount = (text: string): Amount => {
  const own = parseDecimal(text);
  return { own, base: own };
};

/** A queue of lots of so many units at so much each. */
function queueOf(...lots: [quantity: string, cost: string][]): LotQueue {
  const queue = createLotQueue();
  lots.forEach(([quantity, cost], i) =>
    putLot(queue, { openedMs: i, quantity: parseDecimal(quantity), cost: amount(cost) })
  );
  return queue;
}

const describe = ({ quantity, cost }: { quantity: Decimal; cost: Amount }) => [
  formatDecimal(quantity),
  formatDecimal(cost.own),
];

const takes: {
  name: string;
  lots: [string, string][];
  take: string;
  taken: [string, string];
  left: [string, string];
}[] = [
  { name: "nothing of nothing", lots: [], take: "0", taken: ["0", "0"], left: ["0", "0"] },
  { name: "something of nothing", lots: [], take: "5", taken: ["0", "0"], left: ["0", "0"] },
  {
    name: "nothing of a lot",
    lots: [["1", "10"]],
    take: "0",
    taken: ["0", "0"],
    left: ["1", "10"],
  },
  { name: "a whole lot", lots: [["1", "10"]], take: "1", taken: ["1", "10"], left: ["0", "0"] },
  {
    name: "half of a lot",
    lots: [["1", "10"]],
    take: "0.5",
    taken: ["0.5", "5"],
    left: ["0.5", "5"],
  },
  {
    name: "the older lot first",
    lots: [["1", "10"], ["1", "20"]],
    take: "1",
    taken: ["1", "10"],
    left: ["1", "20"],
  },
  {
    name: "one lot and a part of the next",
    lots: [["1", "10"], ["2", "40"]],
    take: "1.5",
    taken: ["1.5", "20"],
    left: ["1.5", "30"],
  },
  {
    name: "more than there is",
    lots: [["1", "10"], ["2", "40"]],
    take: "9",
    taken: ["3", "50"],
    left: ["0", "0"],
  },
  {
    name: "a third, whose cost has no end of digits",
    lots: [["3", "10"]],
    take: "1",
    taken: ["1", "3.333333333333333333"],
    left: ["2", "6.666666666666666667"],
  },
  {
    name: "the smallest unit of a coin with 18 digits",
    lots: [["1.000000000000000001", "2000"]],
    take: "0.000000000000000001",
    taken: ["0.000000000000000001", "0.000000000000002"],
    left: ["1", "1999.999999999999998"],
  },
];
for (const { name, lots, take, taken, left } of takes) {
  Deno.test(`taking ${name} leaves the rest`, () => {
    const queue = queueOf(...lots);
    deepEqual(describe(takeLots(queue, parseDecimal(take))), taken);
    deepEqual(describe(queue), left);
  });
}

Deno.test("lots that were taken keep the day on which they came", () => {
  const { lots } = takeLots(queueOf(["1", "1"], ["1", "1"], ["1", "1"]), decimalOf(2.5));
  deepEqual(lots.map(({ openedMs, quantity }) => [openedMs, formatDecimal(quantity)]), [
    [0, "1"],
    [1, "1"],
    [2, "0.5"],
  ]);
});

Deno.test("a long life of buying and selling keeps no lot that is gone", () => {
  const queue = createLotQueue();
  for (let i = 0; i < 10_000; i++) {
    putLot(queue, { openedMs: i, quantity: decimalOf(1), cost: amount("1") });
    if (i >= 10) takeLots(queue, decimalOf(1));
  }
  equal(formatDecimal(queue.quantity), "10");
  equal(queue.lots.length < 2_000, true);
  equal(queue.lots.length - queue.head, 10);
});

Deno.test("a queue that was emptied is as good as new", () => {
  const queue = queueOf(["0.1", "1"], ["0.2", "2"]);
  takeLots(queue, decimalOf(0.3));
  deepEqual(queue, createLotQueue());
});

const splits = [
  { ratio: "2", expected: [["2", "10"], ["4", "50"]] },
  { ratio: "0.1", expected: [["0.1", "10"], ["0.2", "50"]] },
  { ratio: "1.5", expected: [["1.5", "10"], ["3", "50"]] },
];
for (const { ratio, expected } of splits) {
  Deno.test(`a split by ${ratio} changes units and leaves costs`, () => {
    const queue = queueOf(["1", "10"], ["2", "50"]);
    splitUnits(queue, parseDecimal(ratio));
    deepEqual(queue.lots.map(describe), expected);
    equal(formatDecimal(queue.cost.own), "60");
  });
}

Deno.test("a split forgets lots that were gone", () => {
  const queue = queueOf(["1", "10"], ["2", "50"]);
  takeLots(queue, decimalOf(1));
  splitUnits(queue, decimalOf(2));
  deepEqual([queue.head, queue.lots.length, formatDecimal(queue.quantity)], [0, 1, "4"]);
});

const five = decimalOf(5);
const sums = [
  { name: "both known", a: amount("5"), b: amount("2"), sum: ["7", "7"], rest: ["3", "3"] },
  {
    name: "other rates",
    a: { own: five, base: decimalOf(10) },
    b: { own: decimalOf(2), base: decimalOf(5) },
    sum: ["7", "15"],
    rest: ["3", "5"],
  },
  {
    name: "one unknown",
    a: { own: five, base: null },
    b: amount("2"),
    sum: ["7", null],
    rest: ["3", null],
  },
  { name: "nothing", a: noAmount, b: noAmount, sum: ["0", "0"], rest: ["0", "0"] },
];
for (const { name, a, b, sum, rest } of sums) {
  Deno.test(`amounts add up and down in both currencies: ${name}`, () => {
    const both = ({ own, base }: Amount) => [formatDecimal(own), base && formatDecimal(base)];
    deepEqual(both(addAmounts(a, b)), sum);
    deepEqual(both(subtractAmounts(a, b)), rest);
  });
}

const act = fc.record({
  isBuy: fc.boolean(),
  quantity: fc.integer({ min: 1, max: 40 }),
  price: fc.integer({ min: 1, max: 1_000 }),
});

Deno.test("lots are those that one gets by taking unit for unit from a list", () => {
  fc.assert(fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
    const queue = createLotQueue();
    const units: number[] = [];
    for (const { isBuy, quantity, price } of acts) {
      if (isBuy) {
        const cost = decimalOf(quantity * price);
        putLot(queue, {
          openedMs: 0,
          quantity: decimalOf(quantity),
          cost: { own: cost, base: cost },
        });
        units.push(...Array.from({ length: quantity }, () => price));
      } else {
        const expected = units.splice(0, quantity);
        const taken = takeLots(queue, decimalOf(quantity));
        equal(Number(formatDecimal(taken.quantity)), expected.length);
        equal(
          Number(formatDecimal(taken.cost.own)),
          expected.reduce((sum, price) => sum + price, 0),
        );
      }
    }
    equal(Number(formatDecimal(queue.cost.own)), units.reduce((sum, price) => sum + price, 0));
  }));
});

Deno.test("however a lot is cut, its parts cost what it cost", () => {
  const part = fc.integer({ min: 1, max: 1_000_000 }).map((n) => ({ units: BigInt(n), digits: 7 }));
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 1e9 }),
      (parts, cost) => {
        const quantity = decimalOf(7);
        const whole = multiply(decimalOf(cost), { units: 1n, digits: 5 });
        const queue = createLotQueue();
        putLot(queue, { openedMs: 0, quantity, cost: { own: whole, base: whole } });
        let cut = zero;
        for (const size of parts) cut = add(cut, takeLots(queue, size).cost.own);
        equal(compare(add(cut, queue.cost.own), whole), 0);
        equal(isZero(subtract(add(cut, queue.cost.own), whole)), true);
      },
    ),
  );
});
