import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import Refresh from "../islands/Refresh.tsx";
import { cacheStrings, formatCount, formatShare, formatSpan, strings } from "../lib/format/mod.ts";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import type { CacheFamilyView, CacheView } from "../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../lib/ui/read.ts";
import { ReadError, StatCard } from "../lib/ui/Shell.tsx";
import { readTable, sortRows } from "../lib/ui/sort.ts";
import { SortHeadings } from "../lib/ui/SortHeading.tsx";
import type { State } from "../lib/ui/state.ts";

interface Data {
  cache: Reading<CacheView>;
}

const words = cacheStrings;
const columns = {
  all: [
    "kind",
    "share",
    "memory",
    "store",
    "made",
    "ahead",
    "dropped",
    "pushedOut",
    "entries",
    "size",
    "life",
  ] as const,
  ascending: ["kind"] as const,
  first: "share" as const,
};
type Column = (typeof columns.all)[number];
const labels: Readonly<Record<Column, string>> = {
  kind: words.kind,
  share: words.share,
  memory: words.fromMemory,
  store: words.fromStore,
  made: words.made,
  ahead: words.aheadShort,
  dropped: words.dropped,
  pushedOut: words.pushedOut,
  entries: words.entries,
  size: words.size,
  life: words.life,
};

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ cache: await readSafely(() => ctx.state.data.getCache()) });
  },
};

function nameFamily(family: string): string {
  return Object.hasOwn(words.names, family)
    ? words.names[family as keyof typeof words.names]
    : family;
}

/** Bytes by the largest unit that leaves a whole number before the point. */
function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  let left = bytes;
  while (left >= 1_000 && units.length > 1) {
    left /= 1_000;
    units.shift();
  }
  return Number.isFinite(left) ? `${formatCount(left)} ${units[0]}` : "–";
}

function Family({ each }: { each: CacheFamilyView }) {
  const counts = [each.dropped, each.evictions, each.entries];
  return (
    <tr>
      <th scope="row">{nameFamily(each.family)}</th>
      <td class="number">{formatShare(each.hitShare)}</td>
      <td class="number">{formatCount(each.hits.memory)}</td>
      <td class="number">{formatCount(each.hits.store)}</td>
      <td class="number">{formatCount(each.misses)}</td>
      <td class="number">{`${formatCount(each.warmed)}, ${formatCount(each.warmedUsed)}`}</td>
      {counts.map((count, i) => <td key={i} class="number">{formatCount(count)}</td>)}
      <td class="number">{formatBytes(each.bytes)}</td>
      <td class="number">{each.ttlMs === null ? words.untilChanged : formatSpan(each.ttlMs)}</td>
    </tr>
  );
}

function readColumn(each: CacheFamilyView, column: Column): number | string | null {
  const values: Record<Column, number | string | null> = {
    kind: nameFamily(each.family),
    share: each.hitShare,
    memory: each.hits.memory,
    store: each.hits.store,
    made: each.misses,
    ahead: each.warmed,
    dropped: each.dropped,
    pushedOut: each.evictions,
    entries: each.entries,
    size: each.bytes,
    life: each.ttlMs,
  };
  return values[column];
}

function Families({ families, query }: {
  families: readonly CacheFamilyView[];
  query: URLSearchParams;
}) {
  if (families.length === 0) return <p class="empty">{words.none}</p>;
  const table = readTable(query, columns, { anchor: "kinds" });
  const sorted = sortRows(
    families,
    table.now.order,
    (each) => readColumn(each, table.now.sort),
    ({ family }) => nameFamily(family),
  );
  return (
    <ScrollTable label={words.caption}>
      <thead>
        <SortHeadings
          table={table}
          labels={labels}
          numbers={columns.all.filter((column) => column !== "kind")}
        />
      </thead>
      <tbody>
        {sorted.map((each) => <Family key={each.family} each={each} />)}
      </tbody>
    </ScrollTable>
  );
}

function Cache({ cache, query }: { cache: CacheView; query: URLSearchParams }) {
  const sum = (count: (each: CacheFamilyView) => number) =>
    cache.families.reduce((total, each) => total + count(each), 0);
  const warmed = sum((each) => each.warmed);
  const used = warmed > 0
    ? words.aheadUsed(formatShare(sum((each) => each.warmedUsed) / warmed))
    : "";
  return (
    <>
      <dl class="stats" data-refresh="hits">
        <StatCard label={words.hits} value={formatShare(cache.hitShare)} />
        <StatCard label={words.memory} value={formatShare(cache.memoryShare)} />
        <StatCard
          label={words.ahead}
          value={formatCount(warmed)}
          note={used || words.aheadNone}
        />
        <StatCard
          label={words.bytes}
          value={formatBytes(cache.bytes)}
          note={words.ofMax(formatBytes(cache.bytesMax))}
        />
      </dl>
      <section class="card" aria-labelledby="kinds">
        <h2 id="kinds">{words.kinds}</h2>
        <div data-refresh="kinds">
          <Families families={cache.families} query={query} />
        </div>
      </section>
      <section class="card" aria-labelledby="mean">
        <h2 id="mean">{words.mean}</h2>
        <ul class="advice">
          {words.meanings.map(([word, meaning]) => (
            <li key={word}>
              <strong>{word}:</strong> {meaning}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** What kept answers were good for, by kind. */
export default function CachePage({ data: { cache }, url }: PageProps<Data, State>) {
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {cache.isOk
        ? <Cache cache={cache.value} query={url.searchParams} />
        : <ReadError href={url.pathname} />}
      <Refresh />
    </>
  );
}
