/**
 * Files of other programs into a portfolio: looked at first, written so that nothing comes in twice,
 * and taken out again.
 *
 * An import is written in commits of a few dozen activities. Its client names it, so that one that
 * was interrupted is sent again and goes on where it ended.
 *
 * @module
 */
import { createRoute, type z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { createHash } from "node:crypto";
import { BadRequestError, NotFoundError } from "../contracts/errors.ts";
import type { ActivityRecord, ImportNote, PortfolioRecord } from "../contracts/owned.ts";
import {
  importBytesMax,
  importParamSchema,
  importPreviewSchema,
  importQuerySchema,
  importRunQuerySchema,
  importSchema,
  importsSchema,
  previewQuerySchema,
  undoneSchema,
} from "../contracts/portfolios.ts";
import { recordParamSchema } from "../contracts/watchlists.ts";
import type { ImportOptions, ImportPreview } from "../portfolio/import_preview.ts";
import { importFields } from "../portfolio/import_formats.ts";
import { readImportKey } from "../portfolio/mod.ts";
import type { OwnedStore } from "../store/mod.ts";
import { touchBook } from "./activities.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { createImportReader } from "./portfolio_imports_thread.ts";
import type { ImportTask } from "./portfolio_imports_work.ts";
import type { PortfolioDesk } from "./portfolio_values_desk.ts";
import { getOwned, readOwn, readOwner, scopeAnswer } from "./portfolios_parts.ts";
import { deleteRevised, readFirstRevision } from "./revisions.ts";
import { type Api, describeAnswers, problem, unavailable } from "./routes.ts";

const path = "/api/v1/portfolios/{id}/imports";
const tags = ["portfolios"];
/** Activities of one commit: with their index entries they fill it to the half. */
const chunkActivities = 40;
/** Imports that are remembered; those before can still be undone by their id. */
const importsKept = 100;
const problems = {
  ...unavailable,
  ...scopeAnswer,
  413: problem(`The file is above ${importBytesMax} bytes`),
};
const file = {
  required: true,
  content: {
    "text/csv": { schema: { type: "string" } as const },
    "application/json": { schema: { type: "array", items: {} } as const, example: [] },
  },
};

const listRoute = createRoute({
  method: "get",
  path,
  tags,
  summary: "The newest imports of a portfolio",
  request: { params: recordParamSchema },
  responses: { ...describeAnswers(importsSchema, "The imports"), ...problems },
});

const previewRoute = createRoute({
  method: "post",
  path: `${path}/preview`,
  tags,
  summary: "What importing a CSV or JSON file would do; nothing is written",
  request: { params: recordParamSchema, query: previewQuerySchema, body: file },
  responses: {
    ...describeAnswers(importPreviewSchema, "Its rows, faults and duplicates"),
    ...problems,
  },
});

const runRoute = createRoute({
  method: "post",
  path,
  tags,
  summary: "Imports a CSV or JSON file under an id of the client's own; sent again it goes on",
  request: { params: recordParamSchema, query: importRunQuerySchema, body: file },
  responses: { ...describeAnswers(importSchema, "What it brought"), ...problems },
});

const undoRoute = createRoute({
  method: "delete",
  path: `${path}/{import_id}`,
  tags,
  summary: "Takes everything that an import brought out again",
  request: { params: importParamSchema },
  responses: { ...describeAnswers(undoneSchema, "How much went out"), ...problems },
});

/** Binds the imports of portfolios. */
export function bindImports(api: Api, deps: ApiDeps, desk: PortfolioDesk): void {
  const read = createImportReader();
  api.openapi(listRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const { imports = [] } = await readOwn(getOwned(deps), "portfolios", { id, userId });
    return c.json({ imports: imports.map(describeImport), count: imports.length }, 200);
  });
  api.openapi(previewRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id } = c.req.valid("param");
    const portfolio = await readOwn(getOwned(deps), "portfolios", { id, userId });
    const { status, offset, limit, ...asked } = c.req.valid("query");
    const { task } = await readTask(c, { nowMs: deps.now(), desk, portfolio, asked });
    const { preview, total } = await read({ ...task, show: { status, offset, limit } });
    const mapping = preview.mapping as Record<string, string>;
    return c.json({ ...preview, mapping, total }, 200);
  });
  api.openapi(runRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id: portfolioId } = c.req.valid("param");
    const portfolio = await readOwn(getOwned(deps), "portfolios", { id: portfolioId, userId });
    const { import_id, name, ...asked } = c.req.valid("query");
    const given = { nowMs: deps.now(), desk, portfolio, asked, importId: import_id };
    const { task, hash } = await readTask(c, given);
    const owner = { importId: import_id, portfolioId, userId };
    const { preview, activities } = await read({ ...task, owner });
    if (preview.missing.length > 0) throw refuseMissing(preview);
    const { duplicate: duplicates, error: errors } = preview.counts;
    const note = await runImport(getOwned(deps), desk, {
      owner: { portfolioId, userId },
      activities,
      note: {
        ...{ id: import_id, name, timestamp: deps.now(), hash },
        ...{ written: activities.length, duplicates, errors, isDone: false },
      },
    });
    // Works it in, so that nobody waits for it afterwards, and the next process finds a copy.
    const whole = { id: portfolioId, userId };
    await desk.value(await readOwn(getOwned(deps), "portfolios", whole));
    return c.json(describeImport(note), 200);
  });
  api.openapi(undoRoute, async (c) => {
    const userId = await readOwner(c, deps);
    const { id: portfolioId, import_id: importId } = c.req.valid("param");
    await readOwn(getOwned(deps), "portfolios", { id: portfolioId, userId });
    const removed = await undo(getOwned(deps), desk, { portfolioId, userId, importId });
    return c.json({ removed }, 200);
  });
}

interface Owner {
  portfolioId: string;
  userId: string;
}

type Asked = z.output<typeof importQuerySchema>;

/** Returns what is to be read of a request, and what stands for its file. */
async function readTask(
  c: Context<ApiEnv>,
  { nowMs, desk, portfolio, asked, importId = null }: {
    nowMs: number;
    desk: PortfolioDesk;
    portfolio: PortfolioRecord;
    asked: Asked;
    importId?: string | null;
  },
): Promise<{ task: ImportTask; hash: string }> {
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.byteLength === 0) throw new BadRequestError("Cannot import this file: it is empty");
  // What this very import brought before is new to it.
  const existing = new Set<string>();
  for (const activity of await desk.listActivities(portfolio)) {
    if (importId === null || activity.importId !== importId) existing.add(readImportKey(activity));
  }
  const options: ImportOptions = { ...readOptions(asked), existing, nowMs };
  const hash = createHash("sha256").update(bytes).update(JSON.stringify(asked)).digest("hex");
  return { task: { bytes, options, show: null, owner: null }, hash };
}

function readOptions({ mapping, decimalMark, exchange, currency, type }: Asked) {
  const defaults = {
    ...(exchange !== undefined && { exchange }),
    ...(currency !== undefined && { currency }),
    ...(type !== undefined && { type }),
  };
  return {
    defaults,
    ...(decimalMark !== undefined && { decimalMark }),
    ...(mapping !== undefined && { mapping: readMapping(mapping) }),
  };
}

/** @throws {BadRequestError} Unless it is JSON of fields and headers. */
function readMapping(text: string): Record<string, string> {
  const refuse = () =>
    new BadRequestError("The request does not fit its contract", [{
      pointer: "/query/mapping",
      detail: `must be JSON of headers by field; fields are ${importFields.join(", ")}`,
    }]);
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw refuse();
  }
  if (typeof read !== "object" || read === null || Array.isArray(read)) throw refuse();
  const entries = Object.entries(read);
  const names: readonly string[] = importFields;
  const isFit = entries.every(([field, header]) =>
    names.includes(field) && typeof header === "string"
  );
  if (!isFit) throw refuse();
  return Object.fromEntries(entries);
}

function refuseMissing({ missing }: ImportPreview): BadRequestError {
  return new BadRequestError(
    `Cannot import this file: no column is known for ${missing.join(", ")}`,
    missing.map((field) => ({
      pointer: "/query/mapping",
      detail: `a column for ${field} is needed`,
    })),
  );
}

/** Writes what is new, a few dozen a commit, and then notes that it is done. */
async function runImport(
  owned: OwnedStore,
  desk: PortfolioDesk,
  { owner, activities, note }: {
    owner: Owner;
    activities: readonly ActivityRecord[];
    note: ImportNote;
  },
): Promise<ImportNote> {
  const begun = await keepNote(owned, desk, owner, note);
  if (begun.isDone) return begun;
  for (let start = 0; start < activities.length; start += chunkActivities) {
    const chunk = activities.slice(start, start + chunkActivities);
    const { portfolio, put } = await owned.transact(async (transaction) => {
      const portfolio = await touchBook(transaction, owner);
      const put: ActivityRecord[] = [];
      const revision = await readFirstRevision(transaction, "activities", owner.userId);
      for (const activity of chunk) {
        const stored = await transaction.get("activities", activity.id);
        if (stored && !isOf(owner, stored)) throw refuseId();
        // What an interrupted try wrote may have been corrected since.
        if (stored) continue;
        const written = { ...activity, revision };
        await transaction.put("activities", written);
        put.push(written);
      }
      return { portfolio, put };
    });
    desk.note(portfolio, { put });
  }
  return await keepNote(owned, desk, owner, { ...begun, isDone: true });
}

/**
 * Keeps the note of an import with its portfolio. One that is there and done stays.
 *
 * @throws {BadRequestError} When the id stands for another file.
 */
async function keepNote(
  owned: OwnedStore,
  desk: PortfolioDesk,
  owner: Owner,
  note: ImportNote,
): Promise<ImportNote> {
  const { kept, portfolio } = await owned.transact(async (transaction) => {
    const portfolio = await touchBook(transaction, owner);
    const known = portfolio.imports?.find(({ id }) => id === note.id);
    if (known && known.hash !== note.hash) throw refuseId();
    if (known?.isDone) return { kept: known, portfolio };
    const others = portfolio.imports?.filter(({ id }) => id !== note.id) ?? [];
    const imports = [note, ...others].slice(0, importsKept);
    await transaction.put("portfolios", { ...portfolio, imports });
    return { kept: note, portfolio };
  });
  desk.note(portfolio, {});
  return kept;
}

function refuseId(): BadRequestError {
  return new BadRequestError("This id stands for another import: undo that, or choose another", [
    { pointer: "/query/import_id", detail: "each import has an id of its own" },
  ]);
}

const isOf = (owner: Owner, activity: ActivityRecord) =>
  activity.portfolioId === owner.portfolioId && activity.userId === owner.userId;

/** Takes out what an import brought; returns how much it was. */
async function undo(
  owned: OwnedStore,
  desk: PortfolioDesk,
  { importId, ...owner }: Owner & { importId: string },
): Promise<number> {
  let removed = 0;
  let cursor: string | null = null;
  do {
    const page: { items: ActivityRecord[]; cursor: string | null } = await owned.activities.list({
      index: "import",
      equals: [importId],
      limit: chunkActivities,
      ...(cursor !== null && { cursor }),
    });
    const own = page.items.filter((activity) => isOf(owner, activity));
    const portfolio = await owned.transact(async (transaction) => {
      const touched = await touchBook(transaction, owner);
      await deleteRevised(transaction, "activities", owner.userId, own);
      return touched;
    });
    desk.note(portfolio, { removed: own.map(({ id }) => id) });
    removed += own.length;
    cursor = page.cursor;
  } while (cursor !== null);
  const { portfolio, wasKnown } = await owned.transact(async (transaction) => {
    const portfolio = await touchBook(transaction, owner);
    const imports = portfolio.imports?.filter(({ id }) => id !== importId) ?? [];
    await transaction.put("portfolios", { ...portfolio, imports });
    return { portfolio, wasKnown: imports.length < (portfolio.imports?.length ?? 0) };
  });
  desk.note(portfolio, {});
  if (!wasKnown && removed === 0) throw new NotFoundError("Cannot find such an import");
  return removed;
}

function describeImport(note: ImportNote): z.output<typeof importSchema> {
  const { id, name, timestamp, written, duplicates, errors, isDone } = note;
  return { import_id: id, name, timestamp, written, duplicates, errors, isDone };
}
