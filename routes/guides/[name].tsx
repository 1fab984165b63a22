import { type Context, HttpError, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import { overviewStrings, strings } from "../../lib/format/mod.ts";
import { guidePlace } from "../../lib/ui/guide_links.ts";
import { listSections, Markdown } from "../../lib/ui/Markdown.tsx";
import { readParam } from "../../lib/ui/PageParts.tsx";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { State } from "../../lib/ui/state.ts";

const words = overviewStrings.guides;

interface Data {
  name: string;
  guide: Reading<string | null>;
}

export const handler = {
  async GET(ctx: Context<State>) {
    const name = readParam(ctx.params.name);
    const guide = await readSafely(() => ctx.state.data.getGuide(name));
    if (guide.isOk && guide.value === null) throw new HttpError(404);
    return page({ name, guide });
  },
};

function Contents({ text }: { text: string }) {
  const sections = listSections(text);
  if (sections.length < 2) return null;
  return (
    <nav class="card contents" aria-label={words.contents}>
      <h2>{words.contents}</h2>
      <ul>
        {sections.map(({ text, id }) => (
          <li key={id}>
            <a href={`#${id}`}>{text}</a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function readTitle(text: string | null, name: string): string {
  return text?.match(/^# +(.+)$/m)?.[1]?.trim() ?? name;
}

/** One guide as a page, with its sections beside it. */
export default function GuidePage({ data: { name, guide }, url }: PageProps<Data, State>) {
  const text = guide.isOk ? guide.value : null;
  return (
    <>
      <Head>
        <title>{`${readTitle(text, name)} · ${strings.title}`}</title>
      </Head>
      <p class="crumb">
        <a href="/guides">{words.back}</a>
      </p>
      {text === null
        ? (
          <>
            <h1>{name}</h1>
            <ReadError href={url.pathname} />
          </>
        )
        : (
          <div class="columns guide-columns">
            <article class="card guide">
              <Markdown text={text} place={guidePlace} />
            </article>
            <Contents text={text} />
          </div>
        )}
    </>
  );
}
