import { type Context, page, type PageProps } from "fresh";
import { Head } from "fresh/runtime";
import { overviewStrings, strings } from "../../lib/format/mod.ts";
import { linkGuide } from "../../lib/ui/guide_links.ts";
import { type Reading, readSafely } from "../../lib/ui/read.ts";
import { ReadError } from "../../lib/ui/Shell.tsx";
import type { GuideView, State } from "../../lib/ui/state.ts";

const words = overviewStrings.guides;

interface Data {
  guides: Reading<GuideView[]>;
}

export const handler = {
  async GET(ctx: Context<State>) {
    return page({ guides: await readSafely(() => ctx.state.data.listGuides()) });
  },
};

/** Every guide that comes with the product. */
export default function GuidesPage({ data: { guides }, url }: PageProps<Data, State>) {
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      {!guides.isOk && <ReadError href={url.pathname} />}
      {guides.isOk && guides.value.length === 0 && <p class="card empty">{words.none}</p>}
      {guides.isOk && (
        <div class="cards">
          {guides.value.map(({ name, title, summary }) => (
            <section key={name} class="card">
              <h2>
                <a href={linkGuide(name)}>{title}</a>
              </h2>
              <p>{summary}</p>
            </section>
          ))}
        </div>
      )}
    </>
  );
}
