/**
 * Which passwords are taken, and what of them is hashed.
 *
 * @module
 */
import { createHmac } from "node:crypto";
import { openKnownPasswords } from "./known_passwords.ts";

/** Characters (code points) that a password has at least and at most. */
export const passwordCharsMin = 12;
/** See `passwordCharsMin`. */
export const passwordCharsMax = 128;

/**
 * Long passwords that guessers begin with, besides those of the list that comes along; shorter ones
 * are refused by their length, repetitions and runs by their shape.
 */
const known: ReadonlySet<string> = new Set([
  "123456789abc",
  "1q2w3e4r5t6y",
  "1q2w3e4r5t6y7u8i",
  "1qaz2wsx3edc",
  "1qaz2wsx3edc4rfv",
  "adminadministrator",
  "administrator",
  "administrator1",
  "bitcoinbitcoin",
  "changemechangeme",
  "changeme1234",
  "changeme12345",
  "christopher1",
  "correcthorsebatterystaple",
  "football1234",
  "iloveyou1234",
  "iloveyou12345",
  "iloveyouforever",
  "letmeinletmein",
  "letmein12345",
  "liverpool123",
  "manchester1",
  "manchesterunited",
  "password1234",
  "password12345",
  "password123456",
  "password1234567",
  "password12345678",
  "password123456789",
  "passwordpassword",
  "p@ssw0rd1234",
  "princess1234",
  "q1w2e3r4t5y6",
  "qazwsxedcrfv",
  "qwerty123456",
  "qwerty1234567",
  "qwerty12345678",
  "qwerty123456789",
  "qwertyqwerty",
  "qwertyuiop12",
  "qwertyuiop123",
  "sunshine1234",
  "superman1234",
  "unbelievable",
  "welcome12345",
  "welcome123456",
  "whatever1234",
  "zaq12wsxcde3",
]);

/** Rows of keyboards and alphabets along which fingers run. */
const runs = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890123456789",
  "qwertyuiopasdfghjklzxcvbnm",
  "qwertzuiopasdfghjklyxcvbnm",
  "azertyuiopqsdfghjklmwxcvbn",
];

/**
 * Says in words what is wrong with a password; null when it is taken. Any character is allowed and
 * none is required: length is what counts.
 */
export function findPasswordFault(password: string, email: string): string | null {
  const text = password.normalize("NFC");
  const length = [...text].length;
  if (length < passwordCharsMin) {
    return `At least ${passwordCharsMin} characters are required, was ${length}`;
  }
  if (length > passwordCharsMax) {
    return `At most ${passwordCharsMax} characters are taken, was ${length}`;
  }
  const lower = text.toLowerCase();
  const name = email.toLowerCase().split("@")[0]!;
  if (lower.includes("cryptointel")) return "The name of this product is too easy to guess";
  if (name.length >= 4 && lower.includes(name)) return "Your own name is too easy to guess";
  if (known.has(lower)) return "This is among the passwords that are tried first";
  if (isRepetition(lower)) return "A short text that repeats is too easy to guess";
  if (isRun(lower)) return "A row of keys is too easy to guess";
  if (openKnownPasswords().has(lower)) {
    return "This stands in public lists of stolen passwords, which are tried first";
  }
  return null;
}

/** Up to four characters again and again, such as `abcabcabcabc`. */
function isRepetition(text: string): boolean {
  return [1, 2, 3, 4].some((size) => {
    const unit = text.slice(0, size);
    return unit.repeat(Math.ceil(text.length / size)).startsWith(text);
  });
}

function isRun(text: string): boolean {
  return runs.some((run) => {
    const there = run.repeat(2);
    return there.includes(text) || [...there].reverse().join("").includes(text);
  });
}

/**
 * Returns what is hashed of a password: a keyed digest of it. bcrypt alone would drop what lies
 * beyond 72 bytes; and the key makes it useless to try digests that were stolen elsewhere.
 */
export function digestPassword(password: string): string {
  return createHmac("sha256", "cryptointel password v1").update(password.normalize("NFC"))
    .digest("base64");
}
