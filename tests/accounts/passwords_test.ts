import { equal, match, notEqual, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { createPasswordHasher, type HashThread } from "../../lib/accounts/hasher.ts";
import { digestPassword, findPasswordFault } from "../../lib/accounts/passwords.ts";
import { ServiceUnavailableError } from "../../lib/contracts/errors.ts";
import { countingBytes, goodPassword, openInlineThread } from "../support/accounts.ts";

const email = "margaret@example.org";

const cases: { name: string; password: string; fault: RegExp | null }[] = [
  { name: "none", password: "", fault: /At least 12 characters are required, was 0/ },
  { name: "one that is short", password: "x7#kQ!m2.Zp", fault: /At least 12/ },
  { name: "twelve characters", password: "x7#kQ!m2.Zp4", fault: null },
  { name: "words", password: goodPassword, fault: null },
  { name: "letters of any language", password: "şeker portakal süt", fault: null },
  { name: "twelve emoji, counted once each", password: "🦊🐻🐼🐨🦁🐯🐮🐷🐸🐵🐔🐧", fault: null },
  { name: "spaces at both ends", password: "  tram lemon q ", fault: null },
  { name: "128 characters", password: "aB3$".repeat(31) + "x9Q!", fault: null },
  { name: "129 characters", password: "aB3$".repeat(32) + "x", fault: /At most 128/ },
  { name: "one that everybody tries", password: "Password1234", fault: /tried first/ },
  { name: "keys in a row", password: "qwertyuiopas", fault: /row of keys/ },
  { name: "keys in a row, backwards", password: "9876543210987", fault: /row of keys/ },
  { name: "one letter again and again", password: "aaaaaaaaaaaaaaa", fault: /repeats/ },
  { name: "a short text again and again", password: "abc1abc1abc1", fault: /repeats/ },
  { name: "one's own name", password: "Margaret-1234", fault: /own name/ },
  { name: "the product's name", password: "my cryptoIntel!", fault: /name of this product/ },
];
for (const { name, password, fault } of cases) {
  Deno.test(`as a password, ${name} is ${fault ? "refused in words" : "taken"}`, () => {
    const found = findPasswordFault(password, email);
    if (fault) match(found!, fault);
    else equal(found, null);
  });
}

Deno.test("no password makes the check of passwords fail, whatever its characters", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (password) => {
    const found = findPasswordFault(password, email);
    ok(found === null || found.length > 10);
    // What is said of a password never repeats it.
    if (found && password.length > 6) ok(!found.includes(password));
  }));
});

Deno.test("what is hashed depends on the whole password, beyond bcrypt's 72 bytes", () => {
  const long = "aB3$".repeat(30);
  notEqual(digestPassword(`${long}1`), digestPassword(`${long}2`));
  equal(digestPassword("a\u0301"), digestPassword("\u00e1"), "one letter, typed on two keyboards");
  fc.assert(fc.property(fc.string(), (password) => {
    ok(new TextEncoder().encode(digestPassword(password)).length <= 72);
  }));
});

Deno.test("a password is known by its hash, which is never the same twice", async () => {
  const hasher = createPasswordHasher({
    random: countingBytes(),
    cost: 4,
    openThread: openInlineThread,
  });
  const [first, second] = [await hasher.hash(goodPassword), await hasher.hash(goodPassword)];
  match(first, /^\$2[aby]\$04\$.{53}$/);
  notEqual(first, second);
  ok(await hasher.verify(goodPassword, first));
  ok(await hasher.verify(goodPassword, second));
  equal(await hasher.verify(`${goodPassword} `, first), false);
  equal(await hasher.verify("", first), false);
});

Deno.test("without a hash to compare with, the same work is done and the answer is no", async () => {
  const asked: { kind: string; hash: string }[] = [];
  const openThread = (): HashThread => {
    const thread = openInlineThread();
    const { postMessage } = thread;
    thread.postMessage = (request) => {
      if (request.kind === "verify") asked.push(request);
      postMessage(request);
    };
    return thread;
  };
  const hasher = createPasswordHasher({ random: countingBytes(), cost: 4, openThread });
  const real = await hasher.hash(goodPassword);
  await hasher.verify(goodPassword, real);
  equal(await hasher.verify(goodPassword, null), false);
  equal(asked.length, 2);
  equal(asked[1]!.hash.length, real.length);
  equal(asked[1]!.hash.slice(0, 7), "$2a$04$", "the same rounds as a real one");
});

Deno.test("more passwords than may wait are refused, those that wait are answered", async () => {
  const open = { answer: () => {} };
  const openThread = (): HashThread => {
    const ids: number[] = [];
    const thread: HashThread = {
      onmessage: null,
      onerror: null,
      terminate: () => {},
      postMessage: ({ id }) => void ids.push(id),
    };
    open.answer = () =>
      ids.splice(0).forEach((id) => thread.onmessage?.({ data: { id, result: true } } as never));
    return thread;
  };
  const hasher = createPasswordHasher({ random: countingBytes(), openThread, most: 2 });
  const waiting = [hasher.verify("a", "h"), hasher.verify("b", "h")];
  await rejects(hasher.verify("c", "h"), ServiceUnavailableError);
  open.answer();
  equal((await Promise.all(waiting)).every(Boolean), true);
  const next = hasher.verify("d", "h");
  open.answer();
  ok(await next);
});

Deno.test("a thread that dies refuses who waits, and the next password has a new one", async () => {
  const threads: HashThread[] = [];
  const openThread = (): HashThread => {
    const isFirst = threads.length === 0;
    const thread = openInlineThread();
    if (isFirst) thread.postMessage = () => {};
    threads.push(thread);
    return thread;
  };
  const hasher = createPasswordHasher({ random: countingBytes(), cost: 4, openThread });
  const lost = hasher.hash(goodPassword);
  threads[0]!.onerror?.(new ErrorEvent("error", { cancelable: true }));
  await rejects(lost, ServiceUnavailableError);
  match(await hasher.hash(goodPassword), /^\$2/);
  equal(threads.length, 2);
});

Deno.test("the real thread hashes with cost 12 while this one goes on", async () => {
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));
  const hasher = createPasswordHasher({ random });
  try {
    let turns = 0;
    let isDone = false;
    const hashing = hasher.hash(goodPassword).finally(() => isDone = true);
    while (!isDone) {
      turns++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const hash = await hashing;
    match(hash, /^\$2[aby]\$12\$/);
    ok(turns > 20, `only ${turns} turns of this thread`);
    ok(await hasher.verify(goodPassword, hash));
    equal(await hasher.verify("another password", hash), false);
    await rejects(hasher.verify(goodPassword, "no hash at all"), /Cannot hash/);
  } finally {
    hasher.stop();
  }
});
