/**
 * Colours of a chart by theme and by what stands for rising and falling.
 *
 * @module
 */

/** Theme of the page. */
export type ChartTheme = "dark" | "light";

/** Names of the colour pairs for rising and falling, the first one being the default. */
export const directionColors = ["green-up", "red-up", "blue-up"] as const;

/** Colours that stand for rising and falling; shape says the same. */
export type DirectionColors = (typeof directionColors)[number];

/** How a chart looks. */
export interface ChartLook {
  theme: ChartTheme;
  directions: DirectionColors;
}

/** Everything that is coloured. */
export interface ChartPalette {
  text: string;
  grid: string;
  border: string;
  up: string;
  down: string;
  upSoft: string;
  downSoft: string;
  hatch: string;
  marker: string;
}

type Rgb = readonly [red: number, green: number, blue: number];

const hues: Record<ChartTheme, Record<"green" | "red" | "blue" | "orange", Rgb>> = {
  dark: {
    green: [63, 201, 149],
    red: [255, 122, 133],
    blue: [110, 168, 255],
    orange: [255, 170, 80],
  },
  light: { green: [11, 122, 82], red: [192, 37, 55], blue: [15, 82, 186], orange: [168, 72, 0] },
};

const pairs = {
  "green-up": ["green", "red"],
  "red-up": ["red", "green"],
  "blue-up": ["blue", "orange"],
} as const;

const plain = {
  dark: {
    text: "#a9b4c6",
    grid: "rgba(130,145,170,.12)",
    border: "#2a3342",
    hatch: "rgba(240,198,116,.35)",
    marker: "#f0c674",
  },
  light: {
    text: "#4a5568",
    grid: "rgba(60,75,100,.12)",
    border: "#cbd3df",
    hatch: "rgba(138,90,0,.35)",
    marker: "#8a5a00",
  },
} as const;

/** Reads a kept choice of colours; anything unknown is the default. */
export function parseDirectionColors(stored: unknown): DirectionColors {
  return directionColors.find((each) => each === stored) ?? directionColors[0];
}

/** Returns the colours of a look. */
export function getPalette({ theme, directions }: ChartLook): ChartPalette {
  const [up, down] = pairs[directions].map((name) => hues[theme][name].join(","));
  return {
    ...plain[theme],
    up: `rgb(${up})`,
    down: `rgb(${down})`,
    upSoft: `rgba(${up},.5)`,
    downSoft: `rgba(${down},.5)`,
  };
}
