/** Sentiment by rules: direction, negation, relief, numbers, and texts of any kind (ML-02). */
import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { ruleSentiment, type SentimentModel, watchSentiment } from "../../lib/ml/mod.ts";
import { splitTokens } from "../../lib/ml/tokens.ts";

const judge = (title: string) => ruleSentiment.judge(title);

const cases: { title: string; label: string }[] = [
  { title: "Bitcoin surges past record high", label: "positive" },
  { title: "Ether plunges after exchange hack", label: "negative" },
  { title: "Regulator approves first spot fund", label: "positive" },
  { title: "Exchange to delist privacy coin", label: "negative" },
  { title: "Lawsuit filed against lender over fraud", label: "negative" },
  { title: "Startup raises $40 million in Series B", label: "positive" },
  { title: "Token is up 12% this week", label: "positive" },
  { title: "Shares down 12% this week", label: "negative" },
  { title: "Token slides −9.5%", label: "negative" },
  { title: "Fund shows 15% gain", label: "positive" },
  { title: "Court lifts ban on trading", label: "positive" },
  { title: "Prosecutor drops charges", label: "positive" },
  { title: "Protocol recovers stolen funds", label: "positive" },
  { title: "Price drops", label: "negative" },
  { title: "The quarterly meeting of the committee", label: "neutral" },
  { title: "How does staking work?", label: "neutral" },
  { title: "", label: "neutral" },
  { title: "🚀🚀🚀", label: "neutral" },
  { title: "比特币突破历史新高", label: "neutral" },
];
for (const { title, label } of cases) {
  Deno.test(`"${title}" is ${label}`, () => equal(judge(title).label, label));
}

Deno.test("a negation turns a word around", () => {
  ok(judge("Exchange is not hacked").score > 0);
  ok(judge("Fund fails to recover and never gains").score < judge("Fund gains").score);
});

Deno.test("an intensifier strengthens and a doubt weakens", () => {
  const plain = judge("Price falls").score;
  ok(judge("Price sharply falls").score < plain);
  ok(judge("Price may fall").score > plain);
});

Deno.test("a question takes less of a side than a statement", () => {
  ok(judge("Will the token surge?").score < judge("The token will surge").score);
});

Deno.test("reasons name the words, with their sign", () => {
  deepEqual(judge("Ether plunges").reasons, ["−2 plunges"]);
  ok(judge("surge ".repeat(50)).reasons.length <= 8);
});

Deno.test("writing in capitals or with other quotes changes nothing", () => {
  equal(judge("PRICE PLUNGES").score, judge("price plunges").score);
  equal(judge("It won’t recover").score, judge("It won't recover").score);
});

Deno.test("whose name is spoken does not decide", () => {
  for (const name of ["Binance", "Tether", "Bitcoin", "Coinbase", "Ripple", "Elon Musk"]) {
    equal(judge(`${name} holds a meeting`).label, "neutral");
  }
});

Deno.test("any text gets a bounded answer, the same each time", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), (title) => {
    const answer = judge(title);
    ok(Math.abs(answer.score) <= 1 && answer.confidence >= 0 && answer.confidence <= 1);
    ok(answer.score < 0.25 || answer.label === "positive");
    deepEqual(judge(title), answer);
  }));
});

Deno.test("ten thousand characters of nonsense are judged by their beginning", () => {
  for (const unit of ["surge ", "1", "a", "-$9.9%", "’", "ﷺ", "\u0000", "not not "]) {
    const answer = judge(unit.repeat(Math.ceil(10_000 / unit.length)));
    ok(Number.isFinite(answer.score));
  }
});

const tokenCases = [
  { text: "It's UP 5.5%, isn't it?", tokens: ["it", "up", "5.5%", "isnt", "it"] },
  { text: "−3% to $1,200", tokens: ["-3%", "to", "$1,200"] },
  { text: "company's loss", tokens: ["company", "loss"] },
  { text: "ＦＵＬＬ ｗｉｄｔｈ", tokens: ["full", "width"] },
  { text: "", tokens: [] },
];
for (const { text, tokens } of tokenCases) {
  Deno.test(`tokens of "${text}"`, () => deepEqual(splitTokens(text), tokens));
}

/** A model that answers what it is told, or throws. */
function fakeModel(answer: () => number): SentimentModel {
  return {
    version: "learned/1",
    judge: () => ({ score: answer(), confidence: 1, label: "neutral", reasons: ["learned"] }),
  };
}

Deno.test("a model that is off leaves the rules in place", () => {
  equal(watchSentiment(null, ruleSentiment, { now: () => 0 }), ruleSentiment);
});

Deno.test("a sound model answers", () => {
  const model = watchSentiment(fakeModel(() => 0.1), ruleSentiment, { now: () => 0 });
  deepEqual(model.judge("Price plunges").reasons, ["learned"]);
});

const failures = [
  {
    name: "throws",
    answer: () => {
      throw new Error("no weights");
    },
    reason: /failed/,
  },
  { name: "says NaN", answer: () => NaN, reason: /nonsense/ },
  { name: "leaves its range", answer: () => 7, reason: /nonsense/ },
];
for (const { name, answer, reason } of failures) {
  Deno.test(`the rules take over when a model ${name}, and it rests`, () => {
    const told: string[] = [];
    let asked = 0;
    const model = watchSentiment(
      fakeModel(() => (asked++, answer())),
      ruleSentiment,
      { now: () => 0, restTexts: 2, onFallback: (why) => told.push(why) },
    );
    deepEqual(model.judge("Price plunges"), judge("Price plunges"));
    model.judge("a");
    model.judge("b");
    equal(asked, 1);
    model.judge("c");
    equal(asked, 2);
    ok(told.every((why) => reason.test(why)) && told.length === 2);
  });
}

Deno.test("a late model rests", () => {
  let ms = 0;
  const late = fakeModel(() => (ms += 31, 0.5));
  const model = watchSentiment(late, ruleSentiment, { now: () => ms, restTexts: 1 });
  deepEqual(model.judge("x").reasons, ["learned"]);
  deepEqual(model.judge("Price plunges").reasons, ["−2 plunges"]);
  deepEqual(model.judge("x").reasons, ["learned"]);
});
