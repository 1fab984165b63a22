/** Passwords that were stolen elsewhere: which are known, and what is said of them. */
import { equal, match, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  openKnownPasswords,
  packPasswords,
  readPasswords,
} from "../../lib/accounts/known_passwords.ts";
import { findPasswordFault } from "../../lib/accounts/passwords.ts";
import { goodPassword } from "../support/accounts.ts";

Deno.test("the list that comes along holds more than three thousand that are long enough", () => {
  ok(openKnownPasswords().size > 12_000, String(openKnownPasswords().size));
});

for (
  const password of ["sonyericsson", "websolutions", "123qweasdzxc", "finalfantasy", "FinalFantasy"]
) {
  Deno.test(`"${password}" is refused, as it was stolen elsewhere`, () => {
    match(findPasswordFault(password, "ada@example.org")!, /public lists of stolen passwords/);
  });
}

Deno.test("what is in no list is taken", () => {
  const known = openKnownPasswords();
  for (const text of ["", " ", "a", goodPassword, "finalfantasy-and-more", "\ud800", "🦊🐻🐼"]) {
    equal(known.has(text), false, text);
  }
  equal(findPasswordFault(goodPassword, "ada@example.org"), null);
});

Deno.test("a packed list knows exactly what went in, in any case and order, however often", () => {
  const text = fc.string({ minLength: 1, unit: "grapheme" });
  fc.assert(fc.property(fc.array(text, { maxLength: 40 }), text, (texts, other) => {
    const known = readPasswords(packPasswords([...texts, ...texts]));
    const forms = new Set(texts.map((one) => one.normalize("NFC").toLowerCase()));
    ok(known.size <= forms.size);
    for (const one of texts) ok(known.has(one));
    equal(known.has(other), forms.has(other.normalize("NFC").toLowerCase()));
  }));
});

Deno.test("an empty list knows nothing, and one that was cut off is not read", () => {
  equal(readPasswords("").has("anything"), false);
  throws(() => readPasswords(new Uint8Array(12).toBase64()), /12 bytes are no whole digests/);
  throws(() => readPasswords("%%%"), SyntaxError);
});
