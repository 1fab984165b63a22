/**
 * Text of a file that does not say how it is encoded.
 *
 * @module
 */
import { BadRequestError } from "../contracts/errors.ts";

/** Encodings that are recognised. */
export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

/** A file's text, and how it was read. */
export interface DecodedText {
  text: string;
  encoding: TextEncoding;
  /** True where nothing in the file proves the encoding, so a person should look at the text. */
  isGuess: boolean;
}

/** Bytes that Windows-1252 has no sign for. */
const unassigned = [0x81, 0x8d, 0x8f, 0x90, 0x9d];

/** Bytes that are looked at for zeros, as UTF-16 of Latin letters has in every other place. */
const probeBytes = 4_096;

/**
 * Returns the text of a file: by its byte order mark, else as UTF-8 if it is that, else as UTF-16
 * if it has its zeros, else as Windows-1252.
 *
 * @throws {BadRequestError} If it is none of them.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return decodeAs("utf-8", bytes, false);
  if (a === 0xff && b === 0xfe) return decodeAs("utf-16le", bytes, false);
  if (a === 0xfe && b === 0xff) return decodeAs("utf-16be", bytes, false);
  const wide = findWide(bytes);
  if (wide) return decodeAs(wide, bytes, true);
  const text = tryDecode("utf-8", bytes);
  if (text !== null) return { text: refuseControls(text), encoding: "utf-8", isGuess: false };
  const wrong = bytes.findIndex((byte) => unassigned.includes(byte));
  if (wrong >= 0) {
    throw new BadRequestError(
      "Cannot read this file: UTF-8, UTF-16 or Windows-1252 is required, was something else at " +
        `byte ${wrong + 1}`,
    );
  }
  return decodeAs("windows-1252", bytes, true);
}

function decodeAs(encoding: TextEncoding, bytes: Uint8Array, isGuess: boolean): DecodedText {
  const text = tryDecode(encoding, bytes);
  if (text !== null) return { text: refuseControls(text), encoding, isGuess };
  throw new BadRequestError(
    `Cannot read this file: text in ${encoding} is required, as it begins, was broken`,
  );
}

function tryDecode(encoding: TextEncoding, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** Tells UTF-16 without its mark by zeros that stand in even or in odd places only. */
function findWide(bytes: Uint8Array): "utf-16le" | "utf-16be" | null {
  const length = Math.min(bytes.length, probeBytes) & ~1;
  let even = 0;
  let odd = 0;
  for (let i = 0; i < length; i += 2) {
    if (bytes[i] === 0) even++;
    if (bytes[i + 1] === 0) odd++;
  }
  const many = length / 4;
  if (length < 4 || bytes.length % 2 === 1) return null;
  if (odd > many && even === 0) return "utf-16le";
  return even > many && odd === 0 ? "utf-16be" : null;
}

/** Control characters are no text: a picture or an archive was sent. */
function refuseControls(text: string): string {
  const at = text.search(/(?![\t\n\v\f\r])\p{Cc}/u);
  if (at < 0) return text;
  throw new BadRequestError(
    `Cannot read this file: text is required, was a control character at place ${at + 1}`,
  );
}
