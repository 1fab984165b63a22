import type { PageProps } from "fresh";
import { Head } from "fresh/runtime";
import VisitFeedback from "../islands/VisitFeedback.tsx";
import { strings } from "../lib/format/mod.ts";
import { helpStrings } from "../lib/format/help_strings.ts";
import { ScrollTable } from "../lib/ui/Figures.tsx";
import type { State } from "../lib/ui/state.ts";

const words = helpStrings.page;

/** Two columns: what, and how. */
function Pairs({ label, heads, rows, isKeys = false }: {
  label: string;
  heads: readonly [string, string];
  rows: readonly (readonly string[])[];
  isKeys?: boolean;
}) {
  return (
    <ScrollTable label={label}>
      <thead>
        <tr>{heads.map((head) => <th key={head} scope="col">{head}</th>)}</tr>
      </thead>
      <tbody>
        {rows.map(([what, how]) => (
          <tr key={what}>
            <th scope="row" class={isKeys ? undefined : "wrap"}>
              {isKeys ? what!.split(" ").map((key) => <kbd key={key}>{key}</kbd>) : what}
            </th>
            <td class="text-cell">{how}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Texts({ id, heading, texts }: { id: string; heading: string; texts: readonly string[] }) {
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{heading}</h2>
      {texts.map((text) => <p key={text}>{text}</p>)}
    </section>
  );
}

/** Keys, the same by touch, and what works without scripts. */
export default function HelpPage(_: PageProps<unknown, State>) {
  return (
    <>
      <Head>
        <title>{`${words.heading} · ${strings.title}`}</title>
      </Head>
      <h1>{words.heading}</h1>
      <p>{words.intro}</p>
      <div class="halves">
        <section class="card" aria-labelledby="keys">
          <h2 id="keys">{words.keys}</h2>
          <Pairs
            label={words.keysCaption}
            heads={[words.key, words.does]}
            rows={helpStrings.keyList}
            isKeys
          />
          <p class="note muted">{words.keysNote}</p>
        </section>
        <section class="card" aria-labelledby="touch">
          <h2 id="touch">{words.touch}</h2>
          <Pairs label={words.touchCaption} heads={[words.want, words.do]} rows={words.touchList} />
        </section>
        <Texts id="no-script" heading={words.noScript} texts={words.noScriptText} />
        <Texts id="colours" heading={words.colours} texts={words.coloursText} />
      </div>
      <section class="card" aria-labelledby="more-help">
        <h2 id="more-help">{words.more}</h2>
        <p class="actions">
          <a class="button" href="/guides">{words.guides}</a>
          <a class="button" href="/exports">{words.exports}</a>
        </p>
      </section>
      <VisitFeedback />
    </>
  );
}
