/**
 * What an auditor will ask for, written down as it happens.
 *
 * @module
 */
import type { AuditRecord } from "../contracts/owned.ts";
import type { Logger } from "../log.ts";
import type { OwnedStore, Page, RecordQuery } from "../store/mod.ts";
import { makeSecret, type RandomBytes } from "./secrets.ts";

/** Something that happened, before it has its number and time. */
export type AuditEntry = Omit<AuditRecord, "id" | "timestamp">;

/** Writes down what happens. */
export interface Audit {
  /** Never rejects: what cannot be written is logged, with everything it says. */
  note(entry: AuditEntry): Promise<void>;
  /** A page, newest first. */
  list(query: RecordQuery): Promise<Page<AuditRecord>>;
}

const detailCharsMax = 300;

/** Returns an audit log; `now` is wall time in epoch ms. */
export function createAudit({ owned, now, random, log }: {
  owned: Pick<OwnedStore, "audit">;
  now: () => number;
  random: RandomBytes;
  log: Logger;
}): Audit {
  return {
    list: (query) => owned.audit.list(query),
    async note(entry) {
      const record: AuditRecord = {
        ...entry,
        target: cleanText(entry.target),
        detail: cleanText(entry.detail),
        id: makeSecret(random, 16),
        timestamp: now(),
      };
      try {
        await owned.audit.put(record);
      } catch (error) {
        log.error("An audit record was not kept", { ...record, error: String(error) });
      }
    },
  };
}

/** Texts of strangers are shown to administrators: no control characters, no endless ones. */
export function cleanText(text: string, most = detailCharsMax): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu, " ").trim().slice(0, most);
}
