import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import LiveText from "../../islands/LiveText.tsx";
import { formatCount, pageStrings, strings } from "../../lib/format/mod.ts";
import { type PageTimes, readTimes } from "../../lib/ui/Age.tsx";
import { HeatMap, Sentiment } from "../../lib/ui/Sentiment.tsx";
import { ChoiceField, FilterForm, SearchField } from "../../lib/ui/FilterForm.tsx";
import { moods, parseNewsFilter } from "../../lib/ui/list_query.ts";
import { Headlines } from "../../lib/ui/PageParts.tsx";
import type { NewsFilter, NewsOverview } from "../../lib/ui/page_views.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

interface Data {
  filter: NewsFilter;
  news: Reading<NewsOverview>;
}

const words = pageStrings.news;

export const handler = {
  async GET(ctx: Context<State>) {
    const filter = parseNewsFilter(ctx.url.searchParams);
    return page({ filter, news: await readSafely(() => ctx.state.data.getNews(filter)) });
  },
};

function Overview({ news, times }: { news: NewsOverview; times: PageTimes }) {
  if (news.reason !== undefined) {
    return (
      <p class="card empty">
        {words.empty} {news.reason}
      </p>
    );
  }
  return (
    <>
      <div class="columns">
        <section class="card" aria-labelledby="heat">
          <h2 id="heat">{words.heat}</h2>
          <HeatMap heat={news.heat} days={news.days} />
        </section>
        <section class="card" aria-labelledby="gauge">
          <h2 id="gauge">{words.gauge}</h2>
          <Sentiment gauge={news.gauge} />
        </section>
      </div>
      <section class="card" aria-labelledby="headlines">
        <div class="card-head">
          <h2 id="headlines">{words.headlines}</h2>
          <p class="age">
            {pageStrings.table.total(formatCount(news.headlines.length), formatCount(news.total))}
          </p>
        </div>
        {news.headlines.length > 0
          ? <Headlines headlines={news.headlines} times={times} />
          : <p class="empty">{words.none}</p>}
      </section>
    </>
  );
}

/** Headlines, how they speak together, and of whom; filters live in the address. */
export default function NewsPage({ data: { filter, news }, url, state }: PageProps<Data, State>) {
  const times = readTimes(state);
  const sources = news.isOk ? news.value.sources : [];
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <FilterForm path="/explore/news" label={words.heading}>
        <SearchField name="entity" label={words.entity} value={filter.entity} />
        <ChoiceField
          name="source"
          label={words.source}
          value={filter.source}
          options={sources.map((each) => [each, each] as const)}
        />
        <ChoiceField
          name="sentiment"
          label={words.mood}
          value={filter.mood}
          options={moods.map((mood) => [mood, words.moods[mood]] as const)}
        />
      </FilterForm>
      {news.isOk
        ? <Overview news={news.value} times={times} />
        : <ReadError href={url.pathname + url.search} />}
      <LiveText marketMs={times.marketMs} wallMs={times.wallMs} isStill={times.isStill} />
    </>
  );
}
