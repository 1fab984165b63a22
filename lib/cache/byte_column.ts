/**
 * A column of JSON values kept as bytes: written once, handed out from any row on without being
 * serialised again.
 *
 * @module
 */

const encoder = new TextEncoder();
const comma = 0x2c;

/** Rows of JSON text, oldest first, each behind a comma. Plain ASCII only. */
export class ByteColumn {
  #bytes = new Uint8Array(4096);
  #used = 0;
  /** Where each row begins, its comma included. */
  #offsets = new Uint32Array(256);
  #rows = 0;

  /** Number of rows. */
  get length(): number {
    return this.#rows;
  }

  /** Bytes of memory held. */
  get size(): number {
    return this.#bytes.byteLength + this.#offsets.byteLength;
  }

  /** Adds a row. */
  append(json: string): void {
    this.#makeRoom(json.length + 1);
    this.#offsets[this.#rows++] = this.#used;
    this.#bytes[this.#used++] = comma;
    this.#used += encoder.encodeInto(json, this.#bytes.subarray(this.#used)).written;
  }

  /**
   * The rows from `row` on, with commas between them: a view. Bytes once written never change (what
   * is dropped is left behind in the old buffer), so it may be sent while rows come and go.
   */
  view(row: number): Uint8Array<ArrayBuffer> {
    if (row >= this.#rows) return this.#bytes.subarray(0, 0);
    return this.#bytes.subarray(this.#offsets[row]! + 1, this.#used);
  }

  /** Drops the oldest rows. */
  dropFirst(rows: number): void {
    if (rows <= 0) return;
    const count = Math.min(rows, this.#rows);
    const from = count < this.#rows ? this.#offsets[count]! : this.#used;
    const left = new Uint8Array(this.#bytes.byteLength);
    left.set(this.#bytes.subarray(from, this.#used));
    this.#bytes = left;
    this.#used -= from;
    for (let i = count; i < this.#rows; i++) this.#offsets[i - count] = this.#offsets[i]! - from;
    this.#rows -= count;
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(this.#bytes.byteLength * 2, this.#used + bytes));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    if (this.#rows < this.#offsets.length) return;
    const grown = new Uint32Array(this.#offsets.length * 2);
    grown.set(this.#offsets);
    this.#offsets = grown;
  }
}
