/** The recorded workload: how it is kept, and what it says of itself. */

/** One request: when it was made, ms since the start, and for what. */
export type Visit = readonly [atMs: number, path: string];

const file = new URL("../fixtures/workload/visits.json", import.meta.url);

/** Returns the requests in the order of their times. */
export async function readVisits(): Promise<Visit[]> {
  const { visits }: { visits: Visit[] } = JSON.parse(await Deno.readTextFile(file));
  return visits;
}

/** Writes the requests down, one a line, below lines that say how they were made. */
export async function writeVisits(
  visits: readonly Visit[],
  about: readonly string[],
): Promise<void> {
  const list = (values: readonly unknown[]) =>
    values.map((value) => `    ${JSON.stringify(value)}`).join(",\n");
  const text = `{\n  "about": [\n${list(about)}\n  ],\n  "visits": [\n${list(visits)}\n  ]\n}\n`;
  await Deno.writeTextFile(file, text);
}
