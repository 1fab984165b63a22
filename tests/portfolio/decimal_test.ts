import { deepEqual, equal, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  compare,
  type Decimal,
  decimalOf,
  divide,
  formatDecimal,
  isNegative,
  isZero,
  multiply,
  negate,
  parseDecimal,
  readDecimal,
  subtract,
  toNumber,
} from "../../lib/portfolio/mod.ts";

const texts = [
  { text: "0", expected: "0" },
  { text: "-0", expected: "0" },
  { text: "0.00012", expected: "0.00012" },
  { text: "12.3400", expected: "12.34" },
  { text: "100", expected: "100" },
  { text: "-0.5", expected: "-0.5" },
  { text: "007.10", expected: "7.1" },
  { text: "9007199254740993.000000000000000001", expected: "9007199254740993.000000000000000001" },
  { text: "99999999999999.9", expected: "99999999999999.9" },
];
for (const { text, expected } of texts) {
  Deno.test(`${text} is written ${expected}`, () => {
    equal(formatDecimal(parseDecimal(text)), expected);
  });
}

const noNumbers = ["", ".", "1.", ".5", "1e5", "+1", "--1", "1,5", " 1", "NaN", "0x10", "١", "1 2"];
for (const text of [...noNumbers, "9".repeat(63), "1".repeat(1_000_000)]) {
  Deno.test(`"${text.slice(0, 20)}" is no decimal number`, () => {
    equal(readDecimal(text), null);
    throws(() => parseDecimal(text), RangeError);
  });
}

const floats = [
  { value: 0.1, expected: "0.1" },
  { value: 63250.1, expected: "63250.1" },
  { value: 1.2345e-7, expected: "0.00000012345" },
  { value: 5e-324, expected: `0.${"0".repeat(323)}5` },
  { value: 1e21, expected: "1000000000000000000000" },
  { value: -2.5, expected: "-2.5" },
  { value: -0, expected: "0" },
  { value: 123456789.123456789, expected: "123456789.12345679" },
];
for (const { value, expected } of floats) {
  Deno.test(`the float ${value} is the decimal ${expected.slice(0, 30)}`, () => {
    equal(formatDecimal(decimalOf(value)), expected);
  });
}

for (const value of [NaN, Infinity, -Infinity]) {
  Deno.test(`${value} is refused as a decimal`, () => throws(() => decimalOf(value), RangeError));
}

Deno.test("tenths add up without a rest, as they do not in floats", () => {
  equal(formatDecimal(add(parseDecimal("0.1"), parseDecimal("0.2"))), "0.3");
});

const quotients = [
  { a: "1", b: "3", digits: 4, expected: "0.3333" },
  { a: "2", b: "3", digits: 4, expected: "0.6667" },
  { a: "-2", b: "3", digits: 4, expected: "-0.6667" },
  { a: "1", b: "8", digits: 2, expected: "0.13" },
  { a: "-1", b: "8", digits: 2, expected: "-0.13" },
  { a: "1.25", b: "0.5", digits: 18, expected: "2.5" },
  { a: "0.123456", b: "1", digits: 2, expected: "0.12" },
];
for (const { a, b, digits, expected } of quotients) {
  Deno.test(`${a} by ${b} to ${digits} digits is ${expected}`, () => {
    equal(formatDecimal(divide(parseDecimal(a), parseDecimal(b), digits)), expected);
  });
}

Deno.test("nothing is divided by 0", () => {
  throws(() => divide(parseDecimal("1"), parseDecimal("0.00")), RangeError);
});

const anyDecimal = fc.record({ units: fc.bigInt(-(10n ** 30n), 10n ** 30n), digits: fc.nat(20) });
const isSame = (a: Decimal, b: Decimal) => compare(a, b) === 0;

Deno.test("a number read from its text is the same number", () => {
  fc.assert(fc.property(anyDecimal, (a) => isSame(parseDecimal(formatDecimal(a)), a)));
});

Deno.test("a float is the same float again after it was a decimal", () => {
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
    equal(toNumber(decimalOf(value)), value === 0 ? 0 : value);
  }));
});

Deno.test("sums and products obey the laws of arithmetic exactly", () => {
  fc.assert(fc.property(anyDecimal, anyDecimal, anyDecimal, (a, b, c) => {
    return isSame(add(a, b), add(b, a)) && isSame(add(add(a, b), c), add(a, add(b, c))) &&
      isSame(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c))) &&
      isZero(subtract(a, a)) && isSame(negate(negate(a)), a);
  }));
});

Deno.test("a difference is the sum with the opposite, to the digit, and compares as it is signed", () => {
  fc.assert(fc.property(anyDecimal, anyDecimal, (a, b) => {
    const difference = subtract(a, b);
    deepEqual(difference, add(a, negate(b)));
    const sign = difference.units < 0n ? -1 : difference.units > 0n ? 1 : 0;
    return compare(a, b) === sign && compare(b, a) === (sign === 0 ? 0 : -sign);
  }));
});

Deno.test("a quotient is at most half of its last digit off", () => {
  fc.assert(fc.property(anyDecimal, anyDecimal, (a, b) => {
    if (isZero(b)) return true;
    const off = subtract(multiply(divide(a, b, 6), b), a);
    const most = multiply(b, { units: 5n, digits: 7 });
    const size = (x: Decimal) => isNegative(x) ? negate(x) : x;
    return compare(size(off), size(most)) <= 0;
  }));
});

Deno.test("numbers compare by what they are worth, not by how they are written", () => {
  deepEqual(
    [["1", "1.0"], ["1", "1.01"], ["-1", "0"], ["2", "1.999999999"]].map(([a, b]) =>
      compare(parseDecimal(a!), parseDecimal(b!))
    ),
    [0, -1, -1, 1],
  );
});
